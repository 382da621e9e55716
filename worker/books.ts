import { z } from 'zod';
import type { EventId } from '../durable-objects/core/ids.ts';
import type { Drift } from '../durable-objects/protocol/seats-rpc.ts';
import type { Services } from './services.ts';

const KEY = 'books';
/** How long the cron's word counts, seconds: one that has stopped knows nothing. */
const KEPT_SECONDS = 600;
/** Books that differ for so long are no comparison gone wrong in a busy minute, ms. */
const DRIFT_MS = 3 * 60_000;

const bookRecord = z.object({
  at: z.number(),
  /** Since when the books of a sale differ, epoch ms, by event. */
  differ: z.record(z.string(), z.number()),
});

/** What the cron last found of the books of the sales on now; `at` is epoch ms. */
export type BookRecord = z.infer<typeof bookRecord>;

/** What a sale said of its books; null when it has not compared them. */
export interface BookLook {
  eventId: EventId;
  drift: Drift | null;
}

/** The record after another look at all sales. Of one that says nothing, what was known stays. */
export function recordBooks(
  before: BookRecord | null,
  looks: readonly BookLook[],
  now: number,
): BookRecord {
  const differ: BookRecord['differ'] = {};
  for (const { eventId, drift } of looks) {
    const known = before?.differ[eventId];
    const since = drift === null ? known : drift.explained ? undefined : (known ?? drift.at);
    if (since !== undefined) differ[eventId] = since;
  }
  return { at: now, differ };
}

/** What `/healthz` says of the books: how many sales have had others than Postgres for minutes, and since when. */
export function judgeBooks(
  record: BookRecord | null,
  now: number,
): { ok: boolean; comparedAt: number | null; differing: number; since: number | null } {
  const long = Object.values(record?.differ ?? {}).filter((since) => now - since >= DRIFT_MS);
  return {
    ok: long.length === 0,
    comparedAt: record?.at ?? null,
    differing: long.length,
    since: long.length === 0 ? null : Math.min(...long),
  };
}

/** What the cron last wrote down; null when it did not lately, or in another version's words. Throws when Redis does not answer. */
export async function readBooks({ redis }: Pick<Services, 'redis'>): Promise<BookRecord | null> {
  const kept = await redis.get<string>(KEY);
  return kept === null ? null : (bookRecord.safeParse(JSON.parse(kept)).data ?? null);
}

/** Writes down what the sales said, for whoever asks `/healthz` anywhere. Throws when Redis does not answer. */
export async function noteBooks(
  services: Pick<Services, 'redis' | 'breakers'>,
  looks: readonly BookLook[],
  now: number,
): Promise<void> {
  await services.breakers.redis.run(async () => {
    const record = recordBooks(await readBooks(services), looks, now);
    await services.redis.set(KEY, JSON.stringify(record), { ex: KEPT_SECONDS });
  });
}
