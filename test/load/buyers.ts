import type { SeatId } from '../../durable-objects/core/ids.ts';
import type { LoadFan } from '../support/sale-fixture.ts';
import { ask, question } from './asking.ts';
import { FanPools } from './fan-pools.ts';
import type { FanWorld } from './fan-world.ts';
import { HttpPool } from './http-pool.ts';
import { Samples } from './samples.ts';

/** How often the end of a payment is asked for, and how long after, ms. */
const CONFIRM_TRIES = 20;
const CONFIRM_PAUSE_MS = 200;

/** A purchase that was confirmed. */
export interface Bought {
  bookingId: string;
  seatIds: string[];
}

/** What buyers share with the world around them. */
export type BuyersWorld = Pick<FanWorld, 'portOf' | 'eventId' | 'ledger' | 'excused'>;

/** What is bought, where, and by how many at most. */
export interface BuyersChoice {
  seatIds: readonly SeatId[];
  /** Seats that each takes. */
  each: number;
  stripePort: number;
  most: number;
  /** To each process, and to Stripe. */
  connections: number;
}

/** Buys for fans who came in, over HTTP as the site does: lock, booking, payment, tickets. */
export class Buyers {
  readonly bought: Bought[] = [];
  /** Milliseconds of a lock, and of a whole purchase. */
  readonly lock = new Samples();
  readonly purchase = new Samples();
  readonly #world: BuyersWorld;
  readonly #seatIds: readonly SeatId[];
  readonly #each: number;
  readonly #api: FanPools;
  readonly #stripe: HttpPool;
  readonly #running = new Set<Promise<void>>();
  #left: number;
  #seat = 0;

  constructor(world: BuyersWorld, choice: BuyersChoice) {
    this.#world = world;
    this.#seatIds = choice.seatIds;
    this.#each = choice.each;
    this.#left = choice.most;
    this.#api = new FanPools((fan) => world.portOf(fan), choice.connections);
    this.#stripe = new HttpPool(choice.stripePort, choice.connections);
  }

  /** A fan came in: buys, unless enough have bought. True if it does. */
  begin(fan: LoadFan, admissionToken: string): boolean {
    if (this.#left === 0) return false;
    this.#left -= 1;
    const buying = this.buy(fan, admissionToken).finally(() => this.#running.delete(buying));
    this.#running.add(buying);
    return true;
  }

  /** When all who have begun are done; nobody begins any more. */
  async done(): Promise<void> {
    this.#left = 0;
    while (this.#running.size > 0) await Promise.all(this.#running);
    this.#api.close();
    this.#stripe.close();
  }

  /** One whole purchase of the next seats; what fails is in the ledger. */
  async buy(fan: LoadFan, admissionToken: string): Promise<void> {
    const { eventId } = this.#world;
    const seatIds = this.#seatIds.slice(this.#seat, this.#seat + this.#each);
    this.#seat += this.#each;
    const from = performance.now();
    const held = await this.#ask(
      fan,
      '/api/inventory/lock-seats',
      { eventId, seatIds, requestId: `load-${fan.accountId}` },
      { 'x-admission-token': admissionToken },
    );
    if (held === null) return;
    this.lock.add(performance.now() - from);
    const booking = await this.#ask(fan, '/api/booking/create', { holdId: held['holdId'] });
    const bookingId = booking?.['bookingId'];
    if (typeof bookingId !== 'string') return;
    const intent = await this.#ask(fan, '/api/payment/create-intent', { bookingId });
    if (intent === null || !(await this.#pay(String(intent['paymentIntentId'])))) return;
    if (!(await this.#confirm(fan, bookingId))) return;
    this.purchase.add(performance.now() - from);
    this.bought.push({ bookingId, seatIds });
  }

  async #ask(
    fan: LoadFan,
    path: string,
    body: object,
    headers: Record<string, string> = {},
  ): Promise<Record<string, unknown> | null> {
    const request = question(fan, 'POST', path, body, headers);
    const answer = await ask(this.#world, this.#api.of(fan), request, [200, 201, 202]);
    return answer === null ? null : (JSON.parse(answer.body) as Record<string, unknown>);
  }

  /** What the buyer's browser does with the client secret. */
  async #pay(intentId: string): Promise<boolean> {
    const answer = await ask(
      this.#world,
      this.#stripe,
      {
        method: 'POST',
        path: `/v1/payment_intents/${intentId}/confirm`,
        headers: {
          authorization: `Basic ${btoa('sk_test_local:')}`,
          'content-type': 'application/x-www-form-urlencoded',
        },
        body: 'payment_method=pm_card_visa&return_url=http://localhost/',
      },
      [200],
    );
    return answer !== null;
  }

  async #confirm(fan: LoadFan, bookingId: string): Promise<boolean> {
    for (let attempt = 1; attempt <= CONFIRM_TRIES; attempt++) {
      const answer = await this.#ask(fan, '/api/payment/confirm', { bookingId });
      if (answer === null) return false;
      if (answer['status'] === 'confirmed') return true;
      await new Promise((resolve) => setTimeout(resolve, CONFIRM_PAUSE_MS));
    }
    this.#world.ledger.failed('a payment without an end');
    return false;
  }
}
