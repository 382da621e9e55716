import type { Fan } from '../core/fans.ts';
import type { AccountId } from '../core/ids.ts';
import { JoinWindow } from '../core/join-window.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { FanPosition, JoinOutcome, Moved } from '../protocol/queue-rpc.ts';
import type { Claims } from './claims.ts';
import type { RoomContext } from './context.ts';
import type { Feed } from './feed.ts';
import type { Homes } from './homes.ts';
import type { Joins } from './joins.ts';
import type { Roll } from './roll.ts';
import { hasLapsed, isLongOver, isUnsure, standingOf } from './standing.ts';

/** No place yet, but the account is written down for one; or there are too many at once. */
export const OVERLOADED = { ok: false, code: 'overloaded', retryAfterMs: 2_000 } as const;
/** This leaf is new, and those whom it must ask are away: nothing is kept. */
const UNAVAILABLE = { ok: false, code: 'unavailable', retryAfterMs: 2_000 } as const;

/** No more fans here. By then callers know of a larger tree, if there is one (their catalogue is at most 30 s old). */
const ROOM_FULL = { ok: false, code: 'room_full', retryAfterMs: 30_000 } as const;

/** A full leaf looks for those whose time was over long ago at most this often, ms. */
const SWEEP_MS = 30_000;

type Refusal = JoinOutcome & { ok: false };
/** What a join comes to at once; `pending`: the place is being asked for. */
export type Entered = JoinOutcome | 'pending';
/** Why an account is not answered here. */
export type Elsewhere = { ok: false } & (
  | Moved
  | { code: 'event_not_found' }
  | { code: 'unavailable'; retryAfterMs: number }
);

/** Refusals that are not the fan's fault. */
const FORGIVEN: ReadonlySet<Refusal['code']> = new Set(['overloaded', 'moved', 'room_full']);

interface Parts {
  feed: Feed;
  roll: Roll;
  homes: Homes;
  joins: Joins;
  claims: Claims;
}

/** The way into the line: whose account it is, the join limit, the place that is there already, the next batch. */
export class Entrance {
  readonly #context: RoomContext;
  readonly #parts: Parts;
  readonly #window = new JoinWindow();
  #sweptAt = -Infinity;

  constructor(context: RoomContext, parts: Parts) {
    this.#context = context;
    this.#parts = parts;
  }

  /** Null when the account is at home here, as soon as that is known. */
  async elsewhere(accountId: AccountId): Promise<Elsewhere | null> {
    const { homes, feed } = this.#parts;
    if (homes.of(accountId) === 'unknown') await homes.ready();
    const home = homes.of(accountId);
    if (home === 'here') return null;
    if (home !== 'unknown') return { ok: false, code: 'moved', leaf: home };
    return feed.absent ? { ok: false, code: 'event_not_found' } : UNAVAILABLE;
  }

  /** Whether only the parent knows where the account stands: called, and not come in time by what this leaf knows, or it does not know when. */
  isDoubtful(accountId: AccountId): boolean {
    const fan = this.#parts.roll.fans.get(accountId);
    return fan !== undefined && (isUnsure(this.#parts.feed, fan) || this.#hasLapsed(fan));
  }

  #hasLapsed(fan: Fan): boolean {
    return hasLapsed(this.#parts.feed, fan, this.#context.now());
  }

  /**
   * Whether it is clear where the account stands. One who did not come in time by what this leaf knows
   * may have come in with an answer that was lost: the parent is asked, and false when it is away.
   */
  async isClear(accountId: AccountId): Promise<boolean> {
    const { feed, claims, roll } = this.#parts;
    if (!this.isDoubtful(accountId)) return true;
    await feed.hearCalls();
    const fan = roll.fans.get(accountId);
    if (fan === undefined) return true;
    if (isUnsure(feed, fan)) return false;
    if (!this.#hasLapsed(fan)) return true;
    const checked = await claims.check(fan);
    return checked.ok || checked.code !== 'overloaded';
  }

  /** The limit, then the place that is there already, then the next batch. The account is at home here. */
  enter(accountId: AccountId): Entered {
    const { feed } = this.#parts;
    const now = this.#context.now();
    const retryAfterMs = this.#window.take(accountId, feed.joinLimit, now);
    if (retryAfterMs > 0) return { ok: false, code: 'rate_limited', retryAfterMs };
    const position = this.positionOf(accountId);
    if (position !== null) return { ok: true, position };
    if (feed.absent) return { ok: false, code: 'event_not_found' };
    return this.#queue(accountId);
  }

  #queue(accountId: AccountId): Entered {
    const { homes, joins } = this.#parts;
    if (joins.isPending(accountId)) return 'pending';
    const home = homes.ofNewcomer(accountId);
    if (typeof home === 'number') {
      return this.forgive(accountId, { ok: false, code: 'moved', leaf: home });
    }
    if (!this.#hasRoom()) return this.forgive(accountId, ROOM_FULL);
    return joins.enter(accountId) ? 'pending' : this.forgive(accountId, OVERLOADED);
  }

  /**
   * Whether there is room for one more. In a sale of weeks most of a leaf's fans have come and gone: where there is no
   * room, or as many batches as there may be fans, those who have make some.
   */
  #hasRoom(): boolean {
    const { feed, joins, roll } = this.#parts;
    const { fans } = roll;
    const isFull = () => Math.max(fans.size + joins.unwritten, fans.batches) >= LIMITS.fansPerLeaf;
    const now = this.#context.now();
    if (!isFull()) return true;
    if (Math.abs(now - this.#sweptAt) < SWEEP_MS) return false;
    this.#sweptAt = now;
    roll.forget((fan) => isLongOver(feed, fan, now));
    return !isFull();
  }

  /** One who is inside may have been told goodbye since: the parent knows, and a new place is given. */
  async recheck(accountId: AccountId, entered: Entered): Promise<Entered> {
    const { roll, claims } = this.#parts;
    const fan = roll.fans.get(accountId);
    if (entered === 'pending' || !entered.ok || !fan || fan.admission === null) return entered;
    const checked = await claims.check(fan);
    const gone = !checked.ok && checked.code === 'admission_expired';
    return gone ? this.#queue(accountId) : entered;
  }

  /** An attempt that we asked the fan to repeat does not count. */
  forgive<Refused extends Refusal>(accountId: AccountId, refused: Refused): Refused {
    if (FORGIVEN.has(refused.code)) this.#window.refund(accountId);
    return refused;
  }

  /** Where the account stands now; null for one without a place. */
  positionOf(accountId: AccountId): FanPosition | null {
    const { roll, feed } = this.#parts;
    const fan = roll.fans.get(accountId);
    if (fan === undefined) return null;
    const standing = standingOf(feed, fan, this.#context.now());
    if (standing !== null) return { ...standing, receipt: roll.receipts.of(fan) };
    // Whoever is told that their place is over must not hear after a crash that they have it.
    if (fan.place !== null) feed.keepCursorPast(fan.place);
    return null;
  }
}
