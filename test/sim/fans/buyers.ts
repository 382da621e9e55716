import type { HoldId, RequestId, SeatId } from '../../../durable-objects/core/ids.ts';
import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import type { SeatPlan } from '../../../durable-objects/core/plan.ts';
import { seatCodeAt } from '../../../durable-objects/core/seat-status.ts';
import { admissionIdOf } from '../../../durable-objects/core/place-order.ts';
import type { SaleQueueRpc } from '../../../durable-objects/protocol/queue-rpc.ts';
import type { SaleSeatsRpc } from '../../../durable-objects/protocol/seats-rpc.ts';
import { stubOf, type Served, type Surroundings } from '../actors/actor.ts';
import { Bystander, type Outside } from '../actors/outside.ts';
import { REDIS, REDIS_OF_ORDER_STEP } from '../bill/redis.ts';
import { accountOf } from './accounts.ts';
import type { Habits } from './habits.ts';

/** How often a buyer tries one step before giving up. */
const TRIES = 6;
const RETRY_MS = 3_000;
/** The code of a seat that can be held. */
const FREE = 0;

/** What happens inside: seats looked at, held, ordered and paid, by fans who answer for themselves. */
export class Buyers {
  readonly #around: Surroundings;
  readonly #habits: Habits;
  readonly #sale: Served<SaleQueueRpc & SaleSeatsRpc>;
  readonly #outside: Outside;
  readonly #eventId: string;
  readonly #seats: readonly SeatId[];
  readonly #client = new Bystander('buyer');
  /** Where the next buyer looks for seats: most take what nobody else is looking at. */
  #nextSeat = 0;
  #requests = 0;
  /** People who came in. */
  came = 0;
  /** Those of them who wanted seats and found none. */
  foundNothing = 0;
  bought = 0;
  seatsBought = 0;

  constructor(
    around: Surroundings,
    options: {
      habits: Habits;
      sale: Served<SaleQueueRpc & SaleSeatsRpc>;
      outside: Outside;
      eventId: string;
      plan: SeatPlan;
    },
  ) {
    this.#around = around;
    this.#habits = options.habits;
    this.#sale = options.sale;
    this.#outside = options.outside;
    this.#eventId = options.eventId;
    this.#seats = expandPlan(options.plan).map((seat) => seat.id);
  }

  /** Seats of the hall. */
  get seats(): number {
    return this.#seats.length;
  }

  /** A fan's time inside, from coming in to leaving. `place` is theirs. */
  async visit(fan: number, place: number): Promise<void> {
    const { random, meters } = this.#around;
    this.came += 1;
    meters.worker('seats');
    await this.#try('seats', (sale) => sale.seats());
    await this.#pause(random.exponential(this.#habits.stepMs));
    if (!random.chance(this.#habits.buys)) return;
    const holdId = await this.#hold(fan, place);
    if (holdId === null) {
      this.foundNothing += 1;
      return;
    }
    await this.#pause(random.exponential(this.#habits.stepMs));
    const accountId = accountOf(fan);
    this.#around.meters.worker('booking', REDIS_OF_ORDER_STEP);
    const created = await this.#try('createOrder', (sale) =>
      sale.createOrder({ accountId, holdId }),
    );
    if (!created?.ok) return;
    const { orderId } = created.order;
    this.#around.meters.worker('intent', REDIS_OF_ORDER_STEP);
    const started = await this.#try('startPayment', (sale) =>
      sale.startPayment({ accountId, orderId }),
    );
    if (!started?.ok) return;
    await this.#pause(random.exponential(this.#habits.stepMs));
    if (!this.#outside.pay(started.paymentIntentId)) return;
    this.bought += 1;
    this.seatsBought += started.order.items.length;
    this.#hook(started.paymentIntentId);
    this.#around.meters.worker('confirm', REDIS.session);
    await this.#try('settle', (sale) => sale.settle({ orderId, accountId }));
  }

  async #hold(fan: number, place: number): Promise<HoldId | null> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const holdId = await this.#lock(fan, place);
      if (holdId !== null) return holdId;
      await this.#pause(this.#around.random.exponential(2_000));
    }
    return null;
  }

  async #lock(fan: number, place: number): Promise<HoldId | null> {
    const seatIds = await this.#pick(1 + this.#around.random.int(4));
    if (seatIds.length === 0) return null;
    this.#around.meters.worker('lock', REDIS.session);
    const request = {
      accountId: accountOf(fan),
      admissionId: admissionIdOf(this.#eventId, place),
      seatIds,
      requestId: `request-${++this.#requests}` as RequestId,
    };
    const outcomes = await this.#try('lockAll', (sale) => sale.lockAll({ requests: [request] }));
    const outcome = outcomes?.[0];
    return outcome?.ok === true ? outcome.hold.holdId : null;
  }

  /** Seats next to each other from where nobody looked yet; later, what the seat map shows as free. */
  async #pick(count: number): Promise<SeatId[]> {
    const from = this.#nextSeat;
    if (from + count <= this.#seats.length) {
      this.#nextSeat += count;
      return this.#seats.slice(from, from + count);
    }
    this.#around.meters.worker('seats');
    const snapshot = await this.#try('seats', (sale) => sale.seats());
    if (snapshot === null) return [];
    const free: SeatId[] = [];
    const start = this.#around.random.int(this.#seats.length);
    for (let i = 0; i < this.#seats.length && free.length < count; i++) {
      const index = (start + i) % this.#seats.length;
      const id = this.#seats[index];
      if (id !== undefined && seatCodeAt(snapshot.packed, index) === FREE) free.push(id);
    }
    return free;
  }

  /** Stripe's webhook, soon after the money. */
  #hook(intentId: string): void {
    const { clock, random, meters } = this.#around;
    const orderId = this.#outside.orderOf(intentId);
    if (orderId === null) return;
    clock.after(random.exponential(3_000), () => {
      meters.worker('webhook');
      void this.#try('settle', (sale) =>
        sale.settle({ orderId, stripeEventId: `evt_${intentId}` }),
      );
    });
  }

  async #try<Answer>(
    _what: string,
    call: (sale: SaleQueueRpc & SaleSeatsRpc) => Promise<Answer>,
  ): Promise<Answer | null> {
    for (let attempt = 0; attempt < TRIES; attempt++) {
      const late = this.#pause(12_000).then(() => null);
      try {
        const answer = await Promise.race([
          call(stubOf(this.#client, this.#sale, this.#around, 'fan')),
          late,
        ]);
        if (answer !== null) return answer;
      } catch {
        await this.#pause(RETRY_MS * this.#around.random.next());
      }
    }
    return null;
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.#around.clock.after(ms, resolve);
    });
  }
}
