import type { LoadAnswer } from '../support/http-load.ts';
import { addSale } from '../support/sale-fixture.ts';
import { startDev } from '../support/dev-server.ts';
import type { DevServer } from '../support/dev-server.ts';
import { atMost, median } from './report.ts';
import type { Figure } from './report.ts';

/** Purchases made one after the other; the first warms everything up and is not counted. */
const PURCHASES = 11;
/** Issue 2: no warm answer of an idle machine takes longer, password hashing aside. */
const BAR_MS = 50;
const EVENT = 'latency-sale';

/** What a purchase reads from answers; each has its part of it. */
interface Answer {
  accessToken?: string;
  admissionToken?: string;
  seats?: { id: string; status: string }[];
  holdId?: string;
  bookingId?: string;
  paymentIntentId?: string;
}

/** Times of each route, by name. */
type Times = Map<string, number[]>;

/** One buyer after the other under `wrangler dev`: how long each answer of a purchase takes. */
export async function latency(): Promise<Figure[]> {
  const dev = await startDev();
  try {
    await addSale(dev.databaseUrl, EVENT);
    const times: Times = new Map();
    for (let index = 0; index < PURCHASES; index++) {
      if (index === 1) times.clear();
      await purchase(dev, times, index);
    }
    return [...times].flatMap(([name, taken]) => [
      atMost(`${name}, median`, median(taken), 'ms', BAR_MS),
      atMost(`${name}, max`, Math.max(...taken), 'ms', BAR_MS),
    ]);
  } finally {
    await dev.stop();
  }
}

async function purchase(dev: DevServer, times: Times, index: number): Promise<void> {
  const ask = caller(dev.origin, times);
  const email = `latency-${index}@example.com`;
  const { accessToken } = await ask(null, 'POST', '/api/auth/register', {
    email,
    password: 'correct horse battery',
    name: 'Latency',
  });
  const bearer = { authorization: `Bearer ${accessToken ?? ''}` };
  await ask('events', 'GET', '/api/events');
  await ask('event', 'GET', `/api/events/${EVENT}`);
  await ask('join', 'POST', '/api/queue/join', { eventId: EVENT }, bearer);
  await ask('status', 'GET', `/api/queue/status/${EVENT}`);
  let position: Answer = {};
  while (position.admissionToken === undefined)
    position = await ask('position', 'GET', `/api/queue/position/${EVENT}`, undefined, bearer);
  const { seats = [] } = await ask('seats', 'GET', `/api/inventory/events/${EVENT}/seats`);
  const seatIds = seats.filter((seat) => seat.status === 'available').slice(0, 2);
  const hold = await ask(
    'lock',
    'POST',
    '/api/inventory/lock-seats',
    { eventId: EVENT, seatIds: seatIds.map((seat) => seat.id), requestId: `latency-${index}` },
    { ...bearer, 'x-admission-token': position.admissionToken ?? '' },
  );
  const { holdId } = hold;
  const booking = await ask('booking', 'POST', '/api/booking/create', { holdId }, bearer);
  const { bookingId } = booking;
  const intent = await ask(
    'create-intent',
    'POST',
    '/api/payment/create-intent',
    { bookingId },
    bearer,
  );
  await pay(dev.stripe, intent.paymentIntentId ?? '');
  await ask('confirm', 'POST', '/api/payment/confirm', { bookingId }, bearer);
  await ask('bookings', 'GET', '/api/bookings', undefined, bearer);
  await ask('healthz', 'GET', '/healthz');
}

function caller(origin: string, times: Times) {
  return async (
    name: string | null,
    method: 'GET' | 'POST',
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<Answer> => {
    const started = performance.now();
    const response = await fetch(`${origin}${path}`, {
      method,
      headers: { 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    const taken = performance.now() - started;
    mustBeGood(path, { status: response.status, body: text, durationMs: taken });
    if (name !== null) times.set(name, [...(times.get(name) ?? []), taken]);
    return JSON.parse(text) as Answer;
  };
}

function mustBeGood(path: string, answer: LoadAnswer): void {
  if (answer.status >= 300)
    throw new Error(`${path}: ${answer.status} ${answer.body.slice(0, 300)}`);
}

/** What the buyer's browser does with the client secret. */
async function pay(stripe: string, intentId: string): Promise<void> {
  const response = await fetch(`${stripe}/v1/payment_intents/${intentId}/confirm`, {
    method: 'POST',
    headers: {
      authorization: `Basic ${btoa('sk_test_local:')}`,
      'content-type': 'application/x-www-form-urlencoded',
    },
    body: 'payment_method=pm_card_visa&return_url=http://localhost/',
  });
  if (!response.ok) throw new Error(`paying: ${response.status} ${await response.text()}`);
}
