import type { Seats } from '../../worker/schemas/inventory.ts';
import { request } from './api.ts';

/** What all demo fans look at together, so that a crowd costs one poll and not hundreds. */
export interface World {
  readonly origin: string;
  readonly eventId: string;
  readonly secret: string;
  /** Resolves once orders up to and including `order` have been called, or after `patienceMs` with false. */
  called(order: number, patienceMs: number): Promise<boolean>;
  /** `count` free neighbouring seats at random, fewer when there are none so; from a list up to 20 s old. */
  pickSeats(count: number): Promise<readonly string[]>;
}

const SEATS_AGE_MS = 20_000;
const POLL_MIN_MS = 1_500;

/** Starts looking at an event's public tick. */
export function openWorld(origin: string, eventId: string, secret: string): World {
  let cursor = 0;
  let seats: Seats['seats'] = [];
  let seatsAt = -Infinity;
  const waiting = new Set<() => void>();

  async function watch(): Promise<never> {
    for (;;) {
      const answer = await request(`${origin}/api/queue/status/${eventId}`);
      const tick = answer.ok ? (answer.body as { cursor: number; pollMs: number }) : undefined;
      cursor = tick?.cursor ?? cursor;
      for (const look of waiting) look();
      await pause(Math.max(POLL_MIN_MS, tick?.pollMs ?? 5_000));
    }
  }
  void watch();

  return {
    origin,
    eventId,
    secret,
    called: (order, patienceMs) =>
      new Promise((resolve) => {
        const finish = (result: boolean): void => {
          waiting.delete(look);
          clearTimeout(timer);
          resolve(result);
        };
        const look = (): void => {
          if (order < cursor) finish(true);
        };
        const timer = setTimeout(() => finish(false), patienceMs);
        waiting.add(look);
        look();
      }),
    pickSeats: async (count) => {
      if (performance.now() - seatsAt > SEATS_AGE_MS) {
        seatsAt = performance.now();
        const answer = await request(`${origin}/api/inventory/events/${eventId}/seats`);
        if (answer.ok) seats = (answer.body as Seats).seats;
      }
      return neighbours(seats, count, Math.random());
    },
  };
}

/** Up to `count` free seats of one row beside each other, from a place in the list that `at` (0–1) chooses. */
export function neighbours(seats: Seats['seats'], count: number, at: number): readonly string[] {
  const start = Math.floor(at * seats.length);
  for (let step = 0; step < seats.length; step += 1) {
    const first = (start + step) % seats.length;
    const found = seats.slice(first, first + count);
    const row = found[0]?.row;
    const section = found[0]?.section;
    const fits = found.every(
      (seat) => seat.status === 'available' && seat.row === row && seat.section === section,
    );
    if (fits) return found.map((seat) => seat.id);
  }
  return [];
}

/** Resolves after `durationMs`. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
