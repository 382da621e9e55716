import type {
  AccountId,
  HoldId,
  OrderId,
  RequestId,
  SeatId,
} from '../../../durable-objects/core/ids.ts';
import { admissionIdOf } from '../../../durable-objects/core/place-order.ts';
import type { Hold, Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import type { Surroundings } from '../actors/actor.ts';
import type { Faults } from '../faults.ts';
import type { Random } from '../random.ts';
import type { Caller } from './calls.ts';
import type { MoneyFault } from './money-faults.ts';
import type { PromiseBook } from './promise-book.ts';
import type { StripeModel } from './stripe.ts';

/** A root of the right form: what it stands for matters to nobody here. */
const ROOT = 'A'.repeat(43);

/** What shoppers need. */
export interface Mall {
  around: Surroundings;
  faults: Faults<MoneyFault>;
  caller: Caller;
  stripe: StripeModel;
  promises: PromiseBook;
  seats: readonly SeatId[];
  eventId: string;
  /** The number of the next batch of the one leaf through which all of them join. */
  nextBatch: () => number;
  /** An admission was given to the account. */
  admitted: (accountId: AccountId, admissionId: string) => void;
}

/** One buyer, who comes several times and does what buyers do: in any order, and not always to the end. */
export class Shopper {
  readonly accountId: AccountId;
  readonly #mall: Mall;
  readonly #random: Random;
  #requests = 0;

  constructor(name: string, mall: Mall) {
    this.accountId = name as AccountId;
    this.#mall = mall;
    this.#random = mall.around.random.fork();
  }

  async live(visits: number): Promise<void> {
    for (let visit = 0; visit < visits; visit++) {
      await this.#wait(visit === 0 ? 60_000 : 240_000);
      await this.#visit();
    }
  }

  async #visit(): Promise<void> {
    const admissionId = await this.#comeIn();
    if (admissionId === null) return;
    const hold = await this.#hold(admissionId);
    if (hold === null) return;
    if (this.#random.chance(0.1)) return;
    await this.#wait(20_000);
    const { accountId, holdId } = { accountId: this.accountId, holdId: hold.holdId };
    const created = await this.#mall.caller.ask((sale) => sale.createOrder({ accountId, holdId }));
    if (created === null || !created.ok) return;
    const { orderId } = created.order;
    if (this.#random.chance(0.1)) {
      await this.#release(hold.holdId);
      return;
    }
    await this.#wait(this.#random.chance(0.1) ? 700_000 : 20_000);
    await this.#pay(orderId, holdId);
  }

  /** A place of one's own, and in as soon as called. */
  async #comeIn(): Promise<string | null> {
    const { caller, eventId, admitted, nextBatch } = this.#mall;
    const { accountId } = this;
    const request = { child: `${eventId}/leaf/0`, batch: nextBatch(), count: 1, root: ROOT };
    const granted = await caller.ask((sale) => sale.grantPlaces(request));
    if (granted === null || !granted.ok) return null;
    const place = granted.grant.first;
    for (let pause = 3_000; pause < 200_000; pause *= 2) {
      const claimed = await caller.ask((sale) => sale.claimAdmission({ accountId, place }));
      if (claimed?.ok === true) {
        admitted(accountId, admissionIdOf(eventId, place));
        return admissionIdOf(eventId, place);
      }
      if (claimed?.code === 'admission_expired') return null;
      await caller.pause(pause);
    }
    return null;
  }

  async #hold(admissionId: string): Promise<Hold | null> {
    for (let tries = 0; tries < 4; tries++) {
      const hold = await this.#lock(admissionId, null);
      if (hold === null) {
        await this.#wait(15_000);
        continue;
      }
      if (!this.#random.chance(0.2)) return hold;
      // Other seats, before the old ones are given up.
      return (await this.#lock(admissionId, hold)) ?? hold;
    }
    return null;
  }

  async #lock(admissionId: string, replaces: Hold | null): Promise<Hold | null> {
    const { caller, seats, promises } = this.#mall;
    const count = 1 + this.#random.int(3);
    const from = Math.floor((seats.length - count + 1) * this.#random.next() ** 2);
    const request = {
      accountId: this.accountId,
      admissionId,
      requestId: `${this.accountId}-request-${++this.#requests}` as RequestId,
      ...(this.#random.chance(0.3)
        ? { best: { size: count, categoryId: 'any' } }
        : { seatIds: seats.slice(from, from + count) }),
      ...(replaces === null ? {} : { replaces: replaces.holdId }),
    };
    if (replaces !== null) promises.swaps(replaces.holdId);
    const outcomes = await caller.ask((sale) => sale.lockAll({ requests: [request] }));
    const outcome = outcomes?.[0];
    // Refused, it has given up nothing; without an answer nobody knows.
    if (outcome?.ok === false && replaces !== null) promises.held(this.accountId, replaces);
    if (outcome?.ok !== true) return null;
    promises.held(this.accountId, outcome.hold);
    return outcome.hold;
  }

  async #release(holdId: HoldId): Promise<void> {
    const { caller, promises } = this.#mall;
    const { accountId } = this;
    promises.givesUp(holdId);
    await caller.ask((sale) => sale.releaseHold({ accountId, holdId }));
  }

  async #pay(orderId: OrderId, holdId: HoldId): Promise<void> {
    const { caller, promises } = this.#mall;
    const { accountId } = this;
    const started = await caller.ask((sale) => sale.startPayment({ accountId, orderId }));
    if (started === null || !started.ok) return;
    promises.paying(started.order);
    await this.#wait(15_000);
    if (this.#random.chance(0.08)) {
      await this.#release(holdId);
      return;
    }
    await this.#card(started.paymentIntentId);
    if (this.#random.chance(0.3)) return;
    await this.#comeBack(orderId);
  }

  /** What the card does: it pays, it is declined and another pays, the bank asks for long, or nothing. */
  async #card(intentId: string): Promise<void> {
    const { stripe, faults, caller } = this.#mall;
    if (this.#random.chance(0.08)) return;
    if (faults.roll('card declined')) {
      stripe.decline(intentId);
      if (this.#random.chance(0.4)) return;
      await this.#wait(10_000);
    }
    if (faults.roll('3-D Secure takes long') && stripe.process(intentId)) {
      const ends = caller.pause(this.#random.between(30_000, 1_800_000));
      const pays = this.#random.chance(0.6);
      void ends.then(() => (pays ? stripe.pay(intentId) : stripe.decline(intentId)));
      return;
    }
    const late = faults.roll('money comes late');
    if (late) await caller.pause(this.#random.between(900_000, 1_500_000));
    stripe.pay(intentId, late);
  }

  /** Back from the bank: asks what came of it, and answers an offer. */
  async #comeBack(orderId: OrderId): Promise<void> {
    const { caller, promises } = this.#mall;
    const { accountId } = this;
    await this.#wait(3_000);
    for (let looks = 0; looks < 3; looks++) {
      const settled = await caller.ask((sale) => sale.settle({ orderId, accountId }));
      if (settled?.ok === true) {
        const { order } = settled;
        promises.sees(order);
        if (order.status === 'offered') await this.#answer(order);
        if (settled.result === 'confirmed') return;
      }
      await this.#wait(60_000);
    }
  }

  async #answer({ orderId }: Order): Promise<void> {
    const { caller } = this.#mall;
    const { accountId } = this;
    if (this.#random.chance(0.3)) return;
    const accept = this.#random.chance(0.7);
    const answered = await caller.ask((sale) => sale.answerOffer({ accountId, orderId, accept }));
    if (answered?.ok === true) this.#mall.promises.sees(answered.order);
  }

  #wait(meanMs: number): Promise<void> {
    return this.#mall.caller.pause(this.#random.exponential(meanMs));
  }
}
