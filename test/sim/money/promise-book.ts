import type { AccountId, HoldId } from '../../../durable-objects/core/ids.ts';
import type { Hold, Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { mustHold } from '../auditor/violation.ts';

/** What a buyer was told of a seat, and until when it stands. */
interface SeatPromise {
  accountId: AccountId;
  holdId: HoldId;
  until: number;
}

/** Clocks of buyers and of the sale after a crash may differ by so much, ms. */
const SKEW_MS = 5_000;

/**
 * What buyers were told, kept as they could keep it themselves: a seat that was promised to one until a
 * time is promised to nobody else before, unless the first gave it up; one that was sold, never.
 */
export class PromiseBook {
  /** Promises of one seat that were noted. */
  made = 0;
  readonly #now: () => number;
  readonly #seats = new Map<string, SeatPromise>();
  readonly #givenUp = new Set<HoldId>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** A buyer was told of a hold, as it was made or changed. */
  held(accountId: AccountId, { holdId, seatIds, expiresAt }: Hold): void {
    this.swaps(holdId);
    for (const seatId of seatIds) this.#promise(seatId, { accountId, holdId, until: expiresAt });
  }

  /** A buyer asks for other seats instead of those of a hold: until the answer comes these may be anybody's. */
  swaps(holdId: HoldId): void {
    for (const [seatId, promise] of this.#seats)
      if (promise.holdId === holdId) this.#seats.delete(seatId);
  }

  /** A buyer asks for the seats of a hold to be given up, or the organiser pays them back: from now on they may be anybody's. */
  givesUp(holdId: HoldId): void {
    this.#givenUp.add(holdId);
  }

  paying({ accountId, holdId, items, expiresAt }: Order): void {
    for (const { seatId } of items) this.#promise(seatId, { accountId, holdId, until: expiresAt });
  }

  /** An order as its buyer was shown it. */
  sees({ accountId, holdId, status, items }: Order): void {
    if (status !== 'confirmed') return;
    for (const { seatId, returned } of items) {
      if (returned) continue;
      this.#promise(seatId, { accountId, holdId, until: Infinity });
    }
  }

  #promise(seatId: string, promise: SeatPromise): void {
    // Told late: what was given up or is over meanwhile is no promise any more.
    if (this.#givenUp.has(promise.holdId) || promise.until <= this.#now()) return;
    const known = this.#seats.get(seatId);
    const others =
      known !== undefined &&
      known.holdId !== promise.holdId &&
      !this.#givenUp.has(known.holdId) &&
      known.until > this.#now() + SKEW_MS;
    mustHold(
      !others,
      () =>
        `seat ${seatId} was promised to ${known?.accountId} until ${known?.until}, and to ${promise.accountId}`,
    );
    this.made += 1;
    this.#seats.set(seatId, promise);
  }
}
