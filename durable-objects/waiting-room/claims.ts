import type { Fan } from '../core/fans.ts';
import type { AccountId } from '../core/ids.ts';
import { admissionIdOf } from '../core/place-order.ts';
import { unreachable } from '../core/result.ts';
import type { Refused, Result } from '../core/result.ts';
import type { Admission } from '../protocol/queue-rpc.ts';
import { ask } from './ask.ts';
import type { RoomContext } from './context.ts';
import type { Feed } from './feed.ts';
import type { Roll } from './roll.ts';
import { hasLapsed } from './standing.ts';

/** What coming in comes to. `overloaded`: no slot is free right now, or the parent is away. */
export type ClaimResult = Result<
  { admission: Admission },
  Refused<'not_admitted' | 'admission_expired'> | { code: 'overloaded'; retryAfterMs: number }
>;

const LATER = { ok: false, code: 'overloaded', retryAfterMs: 2_000 } as const;

/** Admissions of this leaf's fans: asked of the parent once, written down, then told from memory. */
export class Claims {
  readonly #context: RoomContext;
  readonly #roll: Roll;
  readonly #feed: Feed;
  readonly #asking = new Map<Fan, Promise<ClaimResult>>();

  constructor(context: RoomContext, roll: Roll, feed: Feed) {
    this.#context = context;
    this.#roll = roll;
    this.#feed = feed;
  }

  /** Whether a claim of one of these accounts is under way. */
  isAsking(isMeant: (accountId: AccountId) => boolean): boolean {
    return [...this.#asking.keys()].some(({ accountId }) => isMeant(accountId));
  }

  /** The fan, who is called, comes in; one who is inside gets the same admission. */
  claim(fan: Fan): Promise<ClaimResult> {
    const { admission } = fan;
    if (admission !== null && !fan.over && admission.until > this.#context.now()) {
      return Promise.resolve({ ok: true, admission });
    }
    return this.check(fan);
  }

  /** The same, asked of the parent even when the leaf remembers an admission: it may have been ended. */
  check(fan: Fan): Promise<ClaimResult> {
    const known = this.#asking.get(fan);
    if (known !== undefined) return known;
    const asked = this.#ask(fan).finally(() => this.#asking.delete(fan));
    this.#asking.set(fan, asked);
    return asked;
  }

  async #ask(fan: Fan): Promise<ClaimResult> {
    const { accountId, place } = fan;
    if (place === null) return { ok: false, code: 'not_admitted' };
    const answer = await ask(this.#context, () =>
      this.#context.sale().claimAdmission({ accountId, place }),
    );
    if (!answer.ok) return LATER;
    const outcome = answer.value;
    if (outcome.ok) {
      this.#roll.admit(fan, outcome.admission);
      return { ok: true, admission: outcome.admission };
    }
    switch (outcome.code) {
      case 'not_admitted':
        return { ok: false, code: 'not_admitted' };
      case 'admission_expired':
        this.#isOver(fan, place);
        return { ok: false, code: 'admission_expired' };
      case 'slots_full':
        return { ok: false, code: 'overloaded', retryAfterMs: outcome.retryAfterMs };
      default:
        return unreachable(outcome);
    }
  }

  /**
   * Only the parent knew that it is over, for our frame is old, or the fan was in, with an answer that was lost, and is
   * out again: written down, so that a crash does not take back what is said of it.
   */
  #isOver(fan: Fan, place: number): void {
    const now = this.#context.now();
    if (fan.admission === null && !hasLapsed(this.#feed, fan, now)) {
      const admissionId = admissionIdOf(this.#context.eventId, place);
      this.#roll.admit(fan, { admissionId, claimedAt: now, until: now });
    }
    fan.over = true;
  }
}
