import { call, callUntilAnswered } from './call.ts';

/** A refund that the organiser asked for: what was asked, and all that was heard. */
export interface RefundCommand {
  readonly bookingId: string;
  /** In words that no other command has: the order keeps them. */
  readonly reason: string;
  /** The code of a refusal; null when there was none. */
  refusal: string | null;
  answer: { refundId: string; amount: number; seats: readonly string[] } | null;
}

/** Where the organiser works. */
export interface OrganisersWorld {
  origin: string;
  eventId: string;
  /** Epoch ms; what has no answer then has none. */
  until: number;
  token: string;
}

/** An organiser who gives bookings back, over HTTP only. Repeats what was cut off, with the same `requestId`. */
export class Organiser {
  readonly book: RefundCommand[] = [];
  readonly #world: OrganisersWorld;

  constructor(world: OrganisersWorld) {
    this.#world = world;
  }

  /** Gives a booking back, whole or by the seats named: asked twice at once, as who clicks twice does. */
  async giveBack(bookingId: string, seatIds?: readonly string[]): Promise<void> {
    const { origin, eventId, token, until } = this.#world;
    const requestId = `crash-refund-${this.book.length + 1}`;
    const reason = `Asked for by command ${requestId}`;
    const command: RefundCommand = { bookingId, reason, refusal: null, answer: null };
    this.book.push(command);
    const url = `${origin}/api/organiser/events/${eventId}/orders/${bookingId}/refund`;
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    const body = JSON.stringify({ requestId, reason, ...(seatIds && { seatIds }) });
    const ask = () => callUntilAnswered(until, () => call(url, 'POST', headers, body));
    try {
      const answers = (await Promise.all([ask(), ask()])).map(heard);
      const [first, second] = answers.map((answer) => JSON.stringify(answer));
      if (first !== second) command.refusal = `two answers: ${first}, ${second}`;
      Object.assign(command, answers[0]);
    } catch (error) {
      command.refusal = `failed: ${String(error)}`;
    }
  }
}

type Heard = Pick<RefundCommand, 'refusal' | 'answer'>;

function heard({ status, body }: { status: number; body: Record<string, unknown> }): Heard {
  if (status !== 200) return { refusal: String(body['code']), answer: null };
  const { refundId, amount, seatIds } = body['refund'] as {
    refundId: string;
    amount: { amount: number };
    seatIds: readonly string[];
  };
  return { refusal: null, answer: { refundId, amount: amount.amount, seats: seatIds } };
}
