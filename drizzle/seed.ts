import { isNull, sql } from 'drizzle-orm';
import { connect, isLocal, LOCAL_DATABASE_URL } from './client.ts';
import type { Database } from './client.ts';
import { CROWD_SIZE, crowdAccount, DEMO_ACCOUNTS, DEMO_ORGANISER } from './demo-data.ts';
import { demoEvents } from './demo-events.ts';
import type { DemoEvent } from './demo-events.ts';
import { categories, events, seatPlans, users, venues } from './schema.ts';

const DAY_MS = 24 * 3600_000;

/**
 * Writes the demo accounts and events; safe to repeat. An event that has ended or is about to is moved
 * into the future, so that there is always one on sale; the dates of others stay as they are, because
 * a sale keeps the definition it was opened with.
 */
export async function seedDatabase(databaseUrl: string, nowMs: number): Promise<void> {
  const db = connect(databaseUrl);
  await seedAccounts(db, new Date(nowMs), isLocal(databaseUrl));
  for (const event of demoEvents()) await seedEvent(db, event, nowMs);
}

/** Their addresses count as verified, also where an older seed had not asked yet. */
async function seedAccounts(db: Database, emailVerifiedAt: Date, local: boolean): Promise<void> {
  const crowd = Array.from({ length: CROWD_SIZE }, (_, i) => crowdAccount(i + 1));
  const accounts = [...DEMO_ACCOUNTS, ...crowd, ...(local ? [DEMO_ORGANISER] : [])];
  const rows = accounts.map(({ password: _password, ...account }) => ({
    ...account,
    emailVerifiedAt,
  }));
  await db
    .insert(users)
    .values(rows)
    .onConflictDoUpdate({
      target: users.id,
      set: { emailVerifiedAt },
      setWhere: isNull(users.emailVerifiedAt),
    });
}

/** Writes one event with its venue, plan and price bands; tests and benchmarks add theirs with it. */
export async function seedEvent(db: Database, event: DemoEvent, nowMs: number): Promise<void> {
  const venueId = event.plan.venueId;
  await db
    .insert(venues)
    .values({ id: venueId, ...event.venue })
    .onConflictDoNothing();
  await db
    .insert(seatPlans)
    .values({ venueId, version: event.plan.version, plan: event.plan })
    .onConflictDoNothing();
  const startDay = Math.floor(nowMs / DAY_MS) + event.startsInDays;
  const startsAt = startDay * DAY_MS + event.startHourUtc * 3600_000;
  const dates = {
    startsAt: new Date(startsAt),
    opensAt: new Date(nowMs + event.opensInDays * DAY_MS),
    closesAt: new Date(startsAt - DAY_MS),
  };
  await db
    .insert(events)
    .values({
      id: event.id,
      name: event.name,
      description: event.description,
      venueId,
      planVersion: event.plan.version,
      settings: event.settings,
      ...dates,
    })
    .onConflictDoUpdate({
      target: events.id,
      set: dates,
      setWhere: sql`${events.closesAt} < ${new Date(nowMs + DAY_MS).toISOString()}`,
    });
  await db
    .insert(categories)
    .values(
      event.categories.map(({ price, ...category }, position) => ({
        ...category,
        ...price,
        eventId: event.id,
        position,
      })),
    )
    .onConflictDoNothing();
}

if (import.meta.main) {
  await seedDatabase(process.env['DATABASE_URL'] ?? LOCAL_DATABASE_URL, Date.now());
  console.log('The demo events and accounts are in the database.');
}
