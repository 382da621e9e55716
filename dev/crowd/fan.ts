import { fanCaller, type Answer, type Call } from './api.ts';
import { pause, type World } from './world.ts';

/** An account may join five times in five minutes; this keeps well inside it. */
const BETWEEN_JOINS_MS = 62_000;
const LONGEST_WAIT_MS = 30 * 60_000;

/**
 * One demo fan, for ever: joins, waits, comes in, looks at seats, holds some for a while, gives them
 * back, leaves, and comes again. Nobody in the crowd buys, so that a developer's hall never sells out.
 */
export async function liveAsFan(world: World, n: number): Promise<never> {
  const call = fanCaller(world.origin, world.secret, n);
  await pause(Math.random() * 20_000);
  for (;;) {
    const joinedAt = performance.now();
    await visit(world, call);
    const rested = performance.now() - joinedAt;
    await pause(Math.max(between(1_000, 6_000), BETWEEN_JOINS_MS - rested));
  }
}

async function visit(world: World, call: Call): Promise<void> {
  const joined = await call('POST', '/api/queue/join', { eventId: world.eventId });
  if (!joined.ok) return pause(joined.waitMs + between(0, 5_000));
  const order = numberIn(joined, 'order');
  // One in twenty loses patience, so that leavers can be seen as well.
  const patience = Math.random() < 0.05 ? between(10_000, 60_000) : LONGEST_WAIT_MS;
  if (order !== undefined && (await world.called(order, patience))) await goIn(world, call);
  await call('DELETE', `/api/queue/leave/${world.eventId}`);
}

async function goIn(world: World, call: Call): Promise<void> {
  await pause(between(500, 6_000));
  const position = await call('GET', `/api/queue/position/${world.eventId}`);
  const admission = textIn(position, 'admissionToken');
  await pause(between(1_000, 5_000));
  // Most only look: the shorter the crowd stays inside, the longer the line that a developer finds.
  if (admission === undefined || Math.random() < 0.6) return;
  const seatIds = await world.pickSeats(1 + Math.floor(Math.random() * 4));
  if (seatIds.length === 0) return;
  const body = { eventId: world.eventId, seatIds, requestId: crypto.randomUUID() };
  const headers = { 'X-Admission-Token': admission };
  const holdId = textIn(await call('POST', '/api/inventory/lock-seats', body, headers), 'holdId');
  if (holdId === undefined) return;
  await pause(between(8_000, 25_000));
  if (Math.random() < 0.03) await almostPay(call, holdId);
  await call('DELETE', `/api/inventory/holds/${holdId}`);
}

/** Goes up to the card form and no further; the sale takes the seats back when the time is over. */
async function almostPay(call: Call, holdId: string): Promise<void> {
  const bookingId = textIn(await call('POST', '/api/booking/create', { holdId }), 'bookingId');
  if (bookingId !== undefined) await call('POST', '/api/payment/create-intent', { bookingId });
}

function between(fromMs: number, toMs: number): number {
  return fromMs + Math.random() * (toMs - fromMs);
}

function fieldIn(answer: Answer, name: string): unknown {
  if (!answer.ok || typeof answer.body !== 'object' || answer.body === null) return undefined;
  return Object.entries(answer.body).find(([key]) => key === name)?.[1];
}

function textIn(answer: Answer, name: string): string | undefined {
  const value = fieldIn(answer, name);
  return typeof value === 'string' ? value : undefined;
}

function numberIn(answer: Answer, name: string): number | undefined {
  const value = fieldIn(answer, name);
  return typeof value === 'number' ? value : undefined;
}
