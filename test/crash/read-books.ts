import { Stripe } from 'stripe';
import { connect } from '../../drizzle/client.ts';
import { bookingItems, bookings, payments, refunds } from '../../drizzle/schema.ts';
import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';
import type { Books, PostgresLine, StripeLine } from './books.ts';
import type { BuyerBook } from './buyer.ts';
import { readLetter } from './letters.ts';
import type { Letter } from './letters.ts';
import type { RefundCommand } from './organiser.ts';
import { EVENT } from './stage.ts';
import type { Stage } from './stage.ts';

/** Reads all books of a run: each from its keeper, none from another's. */
export async function readBooks(
  stage: Stage,
  buyers: readonly BuyerBook[],
  commands: readonly RefundCommand[],
): Promise<Books> {
  const [orders, stripe, postgres, seats, letters] = await Promise.all([
    readOrders(stage, buyers),
    readStripe(stage),
    readPostgres(stage),
    readSeats(stage),
    readLetters(stage),
  ]);
  return { buyers, commands, orders, stripe, postgres, seats, letters };
}

/** The seats of the public map with their statuses. */
export async function readSeats(stage: Stage): Promise<Map<string, string>> {
  const answer = await fetch(`${stage.origin}/api/inventory/events/${EVENT}/seats`);
  const { seats } = await bodyOf<{ seats: { id: string; status: string }[] }>(answer);
  return new Map(seats.map((seat) => [seat.id, seat.status]));
}

/** The object's orders of these buyers. */
export async function readOrders(stage: Stage, buyers: readonly BuyerBook[]): Promise<Order[]> {
  const body = JSON.stringify(buyers.map((buyer) => buyer.accountId));
  const answer = await fetch(`${stage.origin}/crash/orders/${EVENT}`, { method: 'POST', body });
  return bodyOf<Order[]>(answer);
}

async function readStripe(stage: Stage): Promise<StripeLine[]> {
  const { hostname, port } = new URL(stage.standins.stripe.url);
  const stripe = new Stripe('sk_test_local', { host: hostname, port, protocol: 'http' });
  const page = { limit: 100 };
  const most = { limit: 10_000 };
  const intents = await stripe.paymentIntents.list(page).autoPagingToArray(most);
  const returned = await stripe.refunds.list(page).autoPagingToArray(most);
  return intents.map((intent) => {
    const refunds = returned
      .filter((refund) => idOf(refund.payment_intent) === intent.id)
      .map(({ metadata, amount, status }) => {
        return { key: metadata?.['refundId'] ?? 'none', amount, status: status ?? 'none' };
      });
    const back = refunds.filter(({ status }) => status === 'succeeded');
    return {
      intentId: intent.id,
      orderId: intent.metadata['orderId'] ?? 'none',
      status: intent.status,
      received: intent.amount_received,
      refunded: back.reduce((sum, { amount }) => sum + amount, 0),
      currency: intent.currency,
      refunds,
    };
  });
}

async function readPostgres(stage: Stage): Promise<PostgresLine[]> {
  const db = connect(stage.databaseUrl);
  const [rows, items, paid, returned] = await Promise.all([
    db.select().from(bookings),
    db.select().from(bookingItems),
    db.select().from(payments),
    db.select().from(refunds),
  ]);
  return rows.map((row) => {
    const payment = paid.find((one) => one.bookingId === row.id);
    const mine = items.filter((item) => item.bookingId === row.id && item.live);
    const back = returned.filter((one) => one.bookingId === row.id);
    return {
      bookingId: row.id,
      status: row.status,
      amount: row.amount,
      seats: mine.map((item) => item.seatId),
      paymentId: payment?.id ?? null,
      paymentStatus: payment?.status ?? null,
      refunds: back.map(({ id, amount, status, attempt, seatIds }) => {
        return { id, amount, status, attempt, seats: seatIds };
      }),
    };
  });
}

async function readLetters(stage: Stage): Promise<Letter[]> {
  const answer = await fetch(`${stage.standins.mail.url}/emails`);
  const { data } = await bodyOf<{ data: { to: string[]; subject: string; text?: string }[] }>(
    answer,
  );
  return data.flatMap(({ to, subject, text = '' }) =>
    to.map((one) => readLetter({ to: one, subject, text })),
  );
}

/** The id of a related object, expanded or not. */
function idOf(related: string | { id: string } | null): string {
  return typeof related === 'string' ? related : (related?.id ?? 'none');
}

/** What a good answer holds; its shape is our own API's. */
async function bodyOf<Body>(answer: Response): Promise<Body> {
  if (!answer.ok) throw new Error(`${answer.url}: ${answer.status} ${await answer.text()}`);
  return JSON.parse(await answer.text()) as Body;
}
