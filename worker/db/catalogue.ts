import { and, asc, eq, gt } from 'drizzle-orm';
import type { SQL } from 'drizzle-orm';
import { categories, events, seatPlans, venues } from '../../drizzle/schema.ts';
import type { EventId } from '../../durable-objects/core/ids.ts';
import type { Category } from '../../durable-objects/core/plan.ts';
import { Memo } from '../memo.ts';
import type { Database } from './database.ts';
import { toRecord } from './event-record.ts';
import type { EventRecord } from './event-record.ts';

/** How long an event may be served without asking again, ms. Sales keep their own definition anyway. */
const FRESH_MS = 30_000;
/** How much longer, while one request asks again for all, ms. */
const STALE_MS = 30_000;
/** How long "there is no such event" is believed, ms. */
const ABSENT_MS = 5_000;
/** Least time between two questions for an event whose plan is not the one that is looked for, ms. */
const DOUBT_MS = 250;
/** Entries kept; unknown ids cost memory. */
const ENTRIES_MAX = 1_000;
/** Closed sales still need the cron for this long: late money, unfiled bookings. */
const AFTERCARE_MS = 3 * 24 * 3600_000;

/**
 * The catalogue with a memo per isolate. When Postgres does not answer, what was known is served on,
 * however old: a sale outlives the catalogue.
 */
export class CatalogueCache {
  readonly #db: Database;
  readonly #events = new Memo<EventId, EventRecord | null>({
    freshMs: (record) => (record === null ? ABSENT_MS : FRESH_MS),
    staleMs: STALE_MS,
    entriesMax: ENTRIES_MAX,
  });
  readonly #all = new Memo<'all', readonly EventRecord[]>({
    freshMs: () => FRESH_MS,
    staleMs: STALE_MS,
    entriesMax: 1,
  });
  /** When a plan was last looked for that the memo does not have. */
  readonly #doubted = new Map<string, number>();

  constructor(db: Database) {
    this.#db = db;
  }

  /** An event, or null when there is none. Throws when Postgres does not answer and nothing is known. */
  event(eventId: EventId): Promise<EventRecord | null> {
    return this.#events.get(eventId, () => loadEvent(this.#db, eventId));
  }

  /**
   * An event whose sale is known to have this version of its plan: another is not believed, however new.
   * Null when Postgres does not have it (yet); it is asked a few times a second at most.
   */
  async withPlan(eventId: EventId, version: number, now: number): Promise<EventRecord | null> {
    const has = (record: EventRecord | null | undefined) =>
      record?.definition.plan.version === version ? record : null;
    const known = has(this.#events.peek(eventId));
    if (known || (this.#doubted.get(eventId) ?? 0) > now - DOUBT_MS) return known;
    if (this.#doubted.size >= ENTRIES_MAX) this.#doubted.clear();
    this.#doubted.set(eventId, now);
    const record = await loadEvent(this.#db, eventId);
    this.#events.keep(eventId, record);
    return has(record);
  }

  /** All events whose sale has not been over for long at `now`, soonest first. Throws like `event`. */
  events(now: number): Promise<readonly EventRecord[]> {
    return this.#all.get('all', async () => {
      const records = await loadEvents(this.#db, gt(events.closesAt, new Date(now - AFTERCARE_MS)));
      for (const record of records) this.#events.keep(record.definition.eventId, record);
      return records;
    });
  }
}

/** An event straight from Postgres; null when there is none. Throws when Postgres does not answer. */
export async function loadEvent(db: Database, eventId: EventId): Promise<EventRecord | null> {
  const found = await loadEvents(db, eq(events.id, eventId));
  return found[0] ?? null;
}

async function loadEvents(db: Database, where: SQL | undefined): Promise<EventRecord[]> {
  const joined = db
    .select({ event: events, venue: venues, plan: seatPlans })
    .from(events)
    .innerJoin(venues, eq(venues.id, events.venueId))
    .innerJoin(
      seatPlans,
      and(eq(seatPlans.venueId, events.venueId), eq(seatPlans.version, events.planVersion)),
    )
    .where(where)
    .orderBy(asc(events.startsAt));
  const bands = db
    .select({ category: categories })
    .from(categories)
    .innerJoin(events, eq(events.id, categories.eventId))
    .where(where)
    .orderBy(asc(categories.position));
  const [rows, found] = await db.batch([joined, bands]);
  const byEvent = new Map<string, Category[]>();
  for (const { category } of found) {
    const { id, name, color, amount, currency } = category;
    const list = byEvent.get(category.eventId) ?? [];
    list.push({ id, name, color, price: { amount, currency } });
    byEvent.set(category.eventId, list);
  }
  return rows.map((row) => toRecord(row, byEvent.get(row.event.id) ?? []));
}
