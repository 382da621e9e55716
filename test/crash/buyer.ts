import type { LoadFan } from '../support/sale-fixture.ts';
import { charge } from './bank.ts';
import { call, callUntilAnswered, pause } from './call.ts';
import type { Heard } from './call.ts';

/** How a buyer behaves. */
export type Habit =
  /** Pays and asks until there is an answer. */
  | 'pays'
  /** Is declined first, then uses another card. */
  | 'declined'
  /** Does everything in two tabs at once. */
  | 'two_tabs'
  /** Pays and closes the browser: only a webhook or the sale's own look can find the money. */
  | 'silent'
  /** Pays and gives up at the same moment. */
  | 'torn'
  /** Has an intent and goes home. */
  | 'walks_away'
  /** Gives up, and the bank takes the money of the canceled intent all the same. */
  | 'late'
  /** The same, but lets the time run out. */
  | 'overslept';

/** What a buyer wrote down: only what was heard. */
export interface BuyerBook {
  readonly accountId: string;
  readonly email: string;
  readonly habit: Habit;
  /** Seats of the hold that was answered. */
  held: readonly string[];
  orderId: string | null;
  intentId: string | null;
  /** Minor units that the bank said it took; null when it said no such thing. */
  charged: number | null;
  /** Seats of the tickets that were handed out; null when none were. */
  tickets: readonly string[] | null;
  /** How it ended in the buyer's eyes. */
  end: string;
}

/** Where buyers go. */
export interface BuyersWorld {
  origin: string;
  stripe: string;
  eventId: string;
  /** Seats that everybody wants. */
  wanted: readonly string[];
  /** Epoch ms; whoever is still there then has failed. */
  until: number;
}

type Answer = { status: number; body: Record<string, unknown> };
type Intent = { id: string; secret: string };
const SEAT_TRIES = 12;
const LATE_TRIES = 6;
/** Shares of late payers who do not wait for what becomes of it; of those offered other seats who say nothing; and of those who say no, the former included. */
const LATE_LEAVE = 0.25;
const OFFER_IGNORED = 0.2;
const OFFER_DECLINED = 0.6;

/** One buyer from the queue to the ticket, over HTTP only. Repeats what was cut off, with the same ids. */
export class Buyer {
  readonly book: BuyerBook;
  readonly #world: BuyersWorld;
  readonly #token: string;
  readonly #random: () => number;

  constructor(
    world: BuyersWorld,
    fan: LoadFan & { email: string },
    habit: Habit,
    random: () => number,
  ) {
    this.#world = world;
    this.#token = fan.token;
    this.#random = random;
    const { accountId, email } = fan;
    this.book = {
      accountId,
      email,
      habit,
      held: [],
      orderId: null,
      intentId: null,
      charged: null,
      tickets: null,
      end: 'still there',
    };
  }

  /** Buys as the habit says. Never throws: what went wrong is the end of the book. */
  async buy(): Promise<void> {
    try {
      this.book.end = await this.#visit();
    } catch (error) {
      this.book.end = `failed: ${String(error)}`;
    }
  }

  async #visit(): Promise<string> {
    const { eventId } = this.#world;
    await this.#must(200, 'POST', '/api/queue/join', { eventId });
    const admission = await this.#admission();
    const holdId = await this.#lock(admission);
    if (holdId === null) return 'no seats';
    const created = await this.#ask('POST', '/api/booking/create', { holdId });
    if (created.status !== 201) return `no booking: ${created.status}`;
    const bookingId = text(created.body, 'bookingId');
    this.book.orderId = bookingId;
    const starts = this.book.habit === 'two_tabs' ? 2 : 1;
    const [started] = await Promise.all(
      Array.from({ length: starts }, () =>
        this.#ask('POST', '/api/payment/create-intent', { bookingId }),
      ),
    );
    if (started?.status !== 200) return `no intent: ${started?.status}`;
    this.book.intentId = text(started.body, 'paymentIntentId');
    const intent = { id: this.book.intentId, secret: text(started.body, 'clientSecret') };
    return this.#pay(intent, holdId, bookingId);
  }

  async #pay(intent: Intent, holdId: string, bookingId: string): Promise<string> {
    const { habit } = this.book;
    if (habit === 'walks_away') return 'walked away';
    if (habit === 'declined') {
      await charge(this.#world, intent, 'pm_card_chargeDeclined');
      const refused = await this.#ask('POST', '/api/payment/confirm', { bookingId });
      if (refused.status !== 402) return this.#closed(refused);
    }
    if (habit === 'late') await this.#giveUp(holdId);
    if (habit === 'overslept') await this.#oversleep(bookingId);
    const late = habit === 'late' || habit === 'overslept';
    await Promise.all([
      late ? this.#chargeLate(intent) : this.#charge(intent),
      ...(habit === 'torn' ? [this.#giveUp(holdId)] : []),
    ]);
    if (this.book.charged === null) return 'not charged';
    const leaves = habit === 'silent' || (late && this.#random() < LATE_LEAVE);
    if (leaves) return 'paid and left';
    const asks = Array.from({ length: habit === 'two_tabs' ? 2 : 1 }, () =>
      this.#result(bookingId),
    );
    const [result = 'nothing'] = await Promise.all(asks);
    return result;
  }

  #giveUp(holdId: string): Promise<Answer> {
    return this.#ask('DELETE', `/api/inventory/holds/${holdId}`);
  }

  /** Waits until the booking's time is over and its intent canceled. */
  async #oversleep(bookingId: string): Promise<void> {
    for (;;) {
      const { body } = await this.#ask('GET', `/api/bookings/${bookingId}`);
      if (body['status'] !== 'paying') return;
      if (Date.now() > this.#world.until) throw new Error('the booking never ended');
      await pause(1_000);
    }
  }

  async #charge(intent: Intent): Promise<void> {
    this.book.charged = await charge(this.#world, intent, 'pm_card_visa');
  }

  /** Somebody else may have the seats by then. A bank that was restarted needs to be told to take such money. */
  async #chargeLate(intent: Intent): Promise<void> {
    for (let attempt = 0; attempt < LATE_TRIES && this.book.charged === null; attempt++) {
      await pause(1_000 + 3_000 * this.#random());
      await this.#charge(intent);
    }
  }

  /** Asks what became of the payment until it is decided. */
  async #result(bookingId: string): Promise<string> {
    for (;;) {
      const answer = await this.#ask('POST', '/api/payment/confirm', { bookingId });
      const status = String(answer.body['status']);
      if (status === 'offered') return this.#answerOffer(bookingId);
      const done = answer.status !== 202 && status !== 'refunding';
      if (done) return this.#closed(answer);
      if (Date.now() > this.#world.until) return 'failed: never decided';
      await pause(300);
    }
  }

  /** The seats chosen were gone before the money came: others are taken, or declined, or left to their time. */
  async #answerOffer(bookingId: string): Promise<string> {
    const mood = this.#random();
    if (mood < OFFER_IGNORED) return 'left the offer';
    const what = mood < OFFER_DECLINED ? 'decline' : 'accept';
    return this.#closed(await this.#ask('POST', `/api/bookings/${bookingId}/offer/${what}`));
  }

  #closed(answer: Answer): string {
    const { status, body } = answer;
    if (status !== 200) return `told ${status} ${String(body['code'])}`;
    if (body['status'] === 'confirmed')
      this.book.tickets = (body['tickets'] as { seatId: string }[]).map((ticket) => ticket.seatId);
    return String(body['status']);
  }

  async #admission(): Promise<string> {
    for (;;) {
      const { body } = await this.#ask('GET', `/api/queue/position/${this.#world.eventId}`);
      const token = body['admissionToken'];
      if (typeof token === 'string') return token;
      if (Date.now() > this.#world.until) throw new Error(`not admitted: ${JSON.stringify(body)}`);
      await pause(300);
    }
  }

  async #lock(admission: string): Promise<string | null> {
    const { wanted, eventId } = this.#world;
    for (let attempt = 0; attempt < SEAT_TRIES; attempt++) {
      const first = Math.floor(this.#random() * (wanted.length - 1));
      const seatIds = wanted.slice(first, first + 1 + Math.floor(this.#random() * 2));
      const requestId = `${this.book.accountId}-${attempt}`;
      const body = { eventId, seatIds, requestId };
      const headers = { 'x-admission-token': admission };
      const answer = await this.#ask('POST', '/api/inventory/lock-seats', body, headers);
      if (answer.status === 201) {
        this.book.held = seatIds;
        return text(answer.body, 'holdId');
      }
      if (answer.body['code'] !== 'seats_unavailable')
        throw new Error(`lock: ${JSON.stringify(answer.body)}`);
    }
    return null;
  }

  async #must(status: number, method: 'POST', path: string, body: object): Promise<Answer> {
    const answer = await this.#ask(method, path, body);
    if (answer.status !== status) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer;
  }

  #ask(
    method: 'GET' | 'POST' | 'DELETE',
    path: string,
    body?: object,
    more: Record<string, string> = {},
  ): Promise<Answer> {
    const headers = {
      authorization: `Bearer ${this.#token}`,
      'content-type': 'application/json',
      ...more,
    };
    const content = body === undefined ? undefined : JSON.stringify(body);
    const ask = (): Promise<Heard> =>
      call(`${this.#world.origin}${path}`, method, headers, content);
    return callUntilAnswered(this.#world.until, ask);
  }
}

function text(body: Record<string, unknown>, name: string): string {
  const value = body[name];
  if (typeof value !== 'string') throw new Error(`no ${name} in ${JSON.stringify(body)}`);
  return value;
}
