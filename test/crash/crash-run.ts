import type { Books } from './books.ts';
import { differences } from './differences.ts';
import { Buyer } from './buyer.ts';
import type { BuyersWorld, Habit } from './buyer.ts';
import { call, pause } from './call.ts';
import { Organiser } from './organiser.ts';
import { readBooks, readOrders, readSeats } from './read-books.ts';
import { EVENT, Stage } from './stage.ts';

/** How hard a run is. */
export interface CrashPlan {
  /** Times that workerd is killed; as many waves of buyers come. */
  kills: number;
  buyers: number;
  /** How long a hold and a payment last, ms. */
  patienceMs: number;
  seed: number;
}

/** What came of it. */
export interface CrashResult {
  books: Books;
  /** Every difference between the books, in a sentence. */
  differences: readonly string[];
  kills: number;
  standinKills: number;
  /** From the last fault until every order had ended, ms. */
  settledMs: number;
  totalMs: number;
}

const HABITS: readonly Habit[] = [
  'pays',
  'pays',
  'pays',
  'declined',
  'two_tabs',
  'silent',
  'torn',
  'walks_away',
  'late',
  'overslept',
];
/** Of those with tickets: for whom the organiser gives all back, one seat, or one seat after the other. */
const WISHES = { whole: 0.12, seat: 0.12, seats: 0.08 } as const;
/** Stand-ins killed in turn, one with every second crash. */
const VICTIMS = ['postgres', 'stripe', 'redis'] as const;
/** Longest that orders may take to end after the last fault, ms. */
const SETTLE_MS = 180_000;

/**
 * A sale under crashes: in each round a wave of buyers comes, workerd is killed in the middle of what
 * they do and started again, and with every second crash a stand-in as well. At the end all books are
 * compared.
 */
export async function crashRun(plan: CrashPlan): Promise<CrashResult> {
  const started = performance.now();
  const stage = await Stage.set();
  try {
    const { fans, organiser: token } = await stage.addSale({
      fans: plan.buyers,
      patienceMs: plan.patienceMs,
    });
    const wanted = [...(await readSeats(stage)).keys()].slice(0, Math.ceil(plan.buyers * 1.2));
    const world: BuyersWorld = {
      origin: stage.origin,
      stripe: stage.standins.stripe.url,
      eventId: EVENT,
      wanted,
      until: Date.now() + plan.kills * 15_000 + SETTLE_MS,
    };
    const random = seeded(plan.seed);
    const organiser = new Organiser({ ...world, token });
    const buyers = fans.map(
      (fan, index) => new Buyer(world, fan, habitOf(index, fans.length), random),
    );
    const visit = async (buyer: Buyer): Promise<void> => {
      await buyer.buy();
      await giveBackSome(organiser, buyer, random());
    };
    const visits: Promise<void>[] = [];
    let standinKills = 0;
    for (let round = 0; round < plan.kills; round++) {
      const share = (part: number) => Math.floor((buyers.length * part) / plan.kills);
      for (const buyer of buyers.slice(share(round), share(round + 1))) visits.push(visit(buyer));
      await disturb(stage, round);
      await pause(400 + random() * 1_200);
      const victim = VICTIMS[Math.floor(round / 2) % VICTIMS.length];
      const standin = round % 2 === 1 && victim !== undefined ? stage.standins[victim] : null;
      await Promise.all([stage.crash(), standin?.kill()]);
      await stage.up();
      if (standin === null) continue;
      standinKills += 1;
      await pause(random() * 2_000);
      await standin.up();
    }
    await calm(stage);
    const from = performance.now();
    await Promise.all(visits);
    const books = await settled(
      stage,
      buyers.map((buyer) => buyer.book),
      organiser.book,
    );
    const now = performance.now();
    return {
      books,
      differences: differences(books),
      kills: plan.kills,
      standinKills,
      settledMs: now - from,
      totalMs: now - started,
    };
  } finally {
    await stage.close();
  }
}

/** Who comes late has no time to oversleep before the faults are over: they give up. */
function habitOf(index: number, buyers: number): Habit {
  const habit = HABITS[index % HABITS.length] ?? 'pays';
  return habit === 'overslept' && index > buyers / 2 ? 'late' : habit;
}

/** The organiser gives back what some buyers have tickets for; `wish` is a fraction that says how. */
async function giveBackSome(organiser: Organiser, { book }: Buyer, wish: number): Promise<void> {
  const { orderId, tickets } = book;
  if (orderId === null || tickets === null) return;
  const { whole, seat, seats } = WISHES;
  if (wish < whole) return organiser.giveBack(orderId);
  const named = wish < whole + seat ? tickets.slice(0, 1) : tickets;
  if (wish >= whole + seat + seats) return;
  for (const each of named) await organiser.giveBack(orderId, [each]);
}

/**
 * What else goes wrong in a round: webhooks twice, out of order or not at all; a commit without an answer;
 * refunds that are slow, that fail, or of which no answer says that they were made; money of canceled intents.
 */
async function disturb(stage: Stage, round: number): Promise<void> {
  const { stripe, postgres } = stage.standins;
  const json = { 'content-type': 'application/json' };
  const webhook = {
    duplicate: round % 2,
    reorder: round % 3 === 1,
    drop: round % 4 === 2,
  };
  const fail = {
    ratio: round % 5 === 3 ? 0.2 : round % 5 === 1 ? 0.5 : 0,
    execute: true,
    path: round % 5 === 1 ? '/v1/refunds' : '/v1/payment_intents',
    method: 'POST',
    caller: 'secret',
  };
  const refunds = { pendingFirst: round % 2 === 0, failNext: 2 };
  const switches = JSON.stringify({ webhook, fail, refunds, takesCanceled: true });
  await call(`${stripe.url}/_standin/switches`, 'POST', json, switches);
  const commitThenDrop = JSON.stringify({ commitThenDrop: 1 });
  await call(`${postgres.url}/_standin/switches`, 'PUT', json, commitThenDrop);
}

/** The end of all trouble. What was dropped stays dropped, and banks go on as they are. */
async function calm(stage: Stage): Promise<void> {
  const json = { 'content-type': 'application/json' };
  const still = JSON.stringify({
    webhook: { drop: false, reorder: false },
    fail: { ratio: 0 },
    takesCanceled: true,
  });
  await call(`${stage.standins.stripe.url}/_standin/switches`, 'POST', json, still);
  await call(`${stage.standins.postgres.url}/_standin/switches`, 'DELETE', {});
}

/** Reads the books once every order has ended, nudging the object as the cron of a real deployment does. */
async function settled(
  stage: Stage,
  buyers: Books['buyers'],
  commands: Books['commands'],
): Promise<Books> {
  const until = performance.now() + SETTLE_MS;
  for (;;) {
    const nudged = await call(`${stage.origin}/crash/nudge/${EVENT}`, 'POST', {});
    const open = (await readOrders(stage, buyers)).filter((order) =>
      ['held', 'paying', 'paid', 'offered', 'refunding'].includes(order.status),
    );
    const unfiled = nudged.heard ? Number(nudged.body['unfiled']) : 1;
    if (open.length + unfiled === 0) {
      const books = await readBooks(stage, buyers, commands);
      if (differences(books).length === 0) return books;
    }
    if (performance.now() > until) return readBooks(stage, buyers, commands);
    await pause(1_000);
  }
}

/** Fractions that are the same for a seed (mulberry32, Tommy Ettinger). */
function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
