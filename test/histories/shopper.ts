import { call, pause } from '../crash/call.ts';
import type { Heard } from '../crash/call.ts';
import { EVENT } from '../crash/stage.ts';
import type { Answers, History } from './history.ts';

/** Where shoppers go, and for how long. */
export interface ShoppersWorld {
  origin: string;
  history: History;
  /** The few seats that all want. */
  seats: readonly string[];
  /** Epoch ms. */
  until: number;
  random(): number;
}

/** Takes seats and gives them back until the time is over; writes down every call and answer. */
export async function shop(world: ShoppersWorld, token: string, name: string): Promise<void> {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  const ask = (method: 'GET' | 'POST' | 'DELETE', path: string, body?: object, more = {}) =>
    call(
      `${world.origin}${path}`,
      method,
      { ...headers, ...more },
      body === undefined ? undefined : JSON.stringify(body),
    );
  await untilHeard(world, () => ask('POST', '/api/queue/join', { eventId: EVENT }));
  let admission: unknown;
  while (typeof admission !== 'string') {
    if (Date.now() > world.until) return;
    await pause(200);
    const position = await ask('GET', `/api/queue/position/${EVENT}`);
    admission = position.heard ? position.body['admissionToken'] : undefined;
  }
  const inside = { 'x-admission-token': admission };

  for (let turn = 0; Date.now() < world.until; turn++) {
    const hold = `${name}-${turn}`;
    const from = Math.floor(world.random() * (world.seats.length - 1));
    const seats = world.seats.slice(from, from + 1 + Math.floor(world.random() * 2));
    const body = { eventId: EVENT, seatIds: seats, requestId: `request-${hold}` };
    const lock = () => ask('POST', '/api/inventory/lock-seats', body, inside);
    const heard = await world.history.record({ kind: 'lock', hold, seats }, async () => {
      const answer = await patient(world, lock);
      return { answer, said: lockAnswers(answer, seats) };
    });
    // Nobody knows what the sale made of it, so this shopper goes home and leaves it open.
    if (!isAnswer(heard)) return;
    const { holdId } = heard.body;
    if (typeof holdId !== 'string') continue;
    const release = () => ask('DELETE', `/api/inventory/holds/${holdId}`);
    const released = await world.history.record({ kind: 'release', hold, seats }, async () => {
      const answer = isAnswer(await patient(world, release));
      const said = answer ? new Map(seats.map((seat) => [seat, 'released'] as const)) : null;
      return { answer, said };
    });
    if (!released) return;
  }
}

type Answered = Extract<Heard, { heard: true }>;

function isAnswer(heard: Heard): heard is Answered {
  return heard.heard && heard.status < 500 && heard.status !== 429;
}

/** Most ask again when cut off, with the same id: one call that took longer. Some never do. */
async function patient(world: ShoppersWorld, ask: () => Promise<Heard>): Promise<Heard> {
  for (;;) {
    const heard = await ask();
    if (isAnswer(heard) || Date.now() > world.until || world.random() < 0.05) return heard;
    await pause(50 + world.random() * 150);
  }
}

function lockAnswers(heard: Heard, seats: readonly string[]): Answers {
  if (!isAnswer(heard)) return null;
  if (heard.status === 201) return new Map(seats.map((seat) => [seat, 'had']));
  const { code, seatIds } = heard.body;
  if (code !== 'seats_unavailable' || !Array.isArray(seatIds))
    throw new Error(`lock: ${JSON.stringify(heard.body)}`);
  return new Map(seatIds.map((seat) => [String(seat), 'taken']));
}

async function untilHeard(world: ShoppersWorld, ask: () => Promise<Heard>): Promise<void> {
  while (Date.now() < world.until && !isAnswer(await ask())) await pause(100);
}
