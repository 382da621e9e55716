import type { RequestId } from '../../../durable-objects/core/ids.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import type { Random } from '../random.ts';
import type { Caller } from './calls.ts';
import type { PromiseBook } from './promise-book.ts';

/** The organiser looks so often, ms, and gives something back in so many of the looks. */
const LOOK_MS = 60_000;
const ACTS = 0.04;

/** The organiser, who now and then gives a booking back, in full or in part. */
export class Organiser {
  readonly #caller: Caller;
  readonly #random: Random;
  readonly #promises: PromiseBook;
  #requests = 0;

  constructor(caller: Caller, random: Random, promises: PromiseBook) {
    this.#caller = caller;
    this.#random = random;
    this.#promises = promises;
  }

  async work(until: number, now: () => number, orders: () => readonly Order[]): Promise<void> {
    while (now() < until) {
      await this.#caller.pause(LOOK_MS);
      if (!this.#random.chance(ACTS)) continue;
      const confirmed = orders().filter(({ status }) => status === 'confirmed');
      if (confirmed.length > 0) await this.#giveBack(this.#random.pick(confirmed));
    }
  }

  async #giveBack({ orderId, holdId, items }: Order): Promise<void> {
    const part = this.#random.chance(0.5) ? items.slice(0, 1).map(({ seatId }) => seatId) : null;
    const requestId = `refund-request-${++this.#requests}` as RequestId;
    this.#promises.givesUp(holdId);
    const request = { orderId, requestId, reason: 'moved', ...(part && { seatIds: part }) };
    await this.#caller.ask((sale) => sale.refundOrder(request));
  }
}
