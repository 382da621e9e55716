import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  primaryKey,
  text,
  timestamp,
  uniqueIndex,
  uuid,
} from 'drizzle-orm/pg-core';
import type { SeatPlan } from '../durable-objects/core/plan.ts';
import type { SaleSettings } from '../durable-objects/core/sale.ts';

const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' });
const createdAt = () => moment('created_at').notNull().defaultNow();
/** Minor units; a rupee amount of 13 M tickets outgrows 32 bits, and stays exact below 2^53. */
const amount = (name: string) => bigint(name, { mode: 'number' }).notNull();

/** The part of a sale's settings that is stored as one document; the dates have columns of their own. */
export type StoredSettings = Omit<SaleSettings, 'opensAt' | 'closesAt'>;

/** Accounts. `email` is normalised before it is written, so that its unique constraint means something. */
export const users = pgTable('users', {
  id: uuid('id').primaryKey(),
  email: text('email').notNull().unique(),
  name: text('name').notNull(),
  /** PHC-like: `$scrypt$ln=14,r=8,p=5$SALT$HASH`. */
  passwordHash: text('password_hash').notNull(),
  /** An organiser may look after all events of the database; the role is given by SQL only. */
  role: text('role', { enum: ['fan', 'organiser'] })
    .notNull()
    .default('fan'),
  /** When its owner proved that mail arrives there; null until then. */
  emailVerifiedAt: moment('email_verified_at'),
  createdAt: createdAt(),
});

/** Places where events happen. */
export const venues = pgTable('venues', {
  id: text('id').primaryKey(),
  name: text('name').notNull(),
  city: text('city').notNull(),
  /** IANA zone; an event's times are shown in it. */
  timeZone: text('time_zone').notNull(),
});

/** Seat plans by version: an edit is a new row, and an event names the version that it sells. */
export const seatPlans = pgTable(
  'seat_plans',
  {
    venueId: text('venue_id')
      .notNull()
      .references(() => venues.id),
    version: integer('version').notNull(),
    plan: jsonb('plan').$type<SeatPlan>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [primaryKey({ columns: [table.venueId, table.version] })],
);

/** What is sold, when, and by which rules. */
export const events = pgTable(
  'events',
  {
    id: text('id').primaryKey(),
    name: text('name').notNull(),
    description: text('description').notNull(),
    venueId: text('venue_id')
      .notNull()
      .references(() => venues.id),
    planVersion: integer('plan_version').notNull(),
    startsAt: moment('starts_at').notNull(),
    opensAt: moment('opens_at').notNull(),
    closesAt: moment('closes_at').notNull(),
    settings: jsonb('settings').$type<StoredSettings>().notNull(),
    createdAt: createdAt(),
  },
  (table) => [
    foreignKey({
      columns: [table.venueId, table.planVersion],
      foreignColumns: [seatPlans.venueId, seatPlans.version],
    }),
    index('events_closes_at').on(table.closesAt),
  ],
);

/** Price bands of an event, in the order they are shown. */
export const categories = pgTable(
  'categories',
  {
    eventId: text('event_id')
      .notNull()
      .references(() => events.id),
    id: text('id').notNull(),
    name: text('name').notNull(),
    amount: amount('amount'),
    currency: text('currency').notNull(),
    color: text('color').notNull(),
    position: integer('position').notNull(),
  },
  (table) => [primaryKey({ columns: [table.eventId, table.id] })],
);

/** Bookings as the outbox filed them; `id` is the id of the order that became it. */
export const bookings = pgTable(
  'bookings',
  {
    id: text('id').primaryKey(),
    eventId: text('event_id')
      .notNull()
      .references(() => events.id),
    userId: uuid('user_id')
      .notNull()
      .references(() => users.id),
    holdId: text('hold_id').notNull(),
    status: text('status', { enum: ['confirmed', 'offered', 'refunding', 'refunded'] }).notNull(),
    amount: amount('amount'),
    currency: text('currency').notNull(),
    createdAt: moment('created_at').notNull(),
    confirmedAt: moment('confirmed_at'),
    filedAt: moment('filed_at').notNull().defaultNow(),
  },
  (table) => [
    index('bookings_user').on(table.userId, table.createdAt),
    index('bookings_event').on(table.eventId),
  ],
);

/**
 * Seats of bookings. A seat of an event is in at most one live item: the second lock on double
 * selling. A refund makes its items dead, which releases the seat.
 */
export const bookingItems = pgTable(
  'booking_items',
  {
    bookingId: text('booking_id')
      .notNull()
      .references(() => bookings.id),
    eventId: text('event_id').notNull(),
    seatId: text('seat_id').notNull(),
    label: text('label').notNull(),
    categoryId: text('category_id').notNull(),
    amount: amount('amount'),
    currency: text('currency').notNull(),
    /** Null for an order that was refunded before it had tickets. */
    ticketId: text('ticket_id').unique(),
    position: integer('position').notNull(),
    live: boolean('live').notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.bookingId, table.seatId] }),
    uniqueIndex('booking_items_one_live_seat')
      .on(table.eventId, table.seatId)
      .where(sql`${table.live}`),
  ],
);

/** Money taken: one PaymentIntent per booking. */
export const payments = pgTable('payments', {
  /** The PaymentIntent's id. */
  id: text('id').primaryKey(),
  bookingId: text('booking_id')
    .notNull()
    .unique()
    .references(() => bookings.id),
  amount: amount('amount'),
  currency: text('currency').notNull(),
  status: text('status', { enum: ['succeeded', 'refunded'] }).notNull(),
  createdAt: createdAt(),
});

/** Money given back, in full or in part; `id` is our refund id, the reference that the buyer is told. */
export const refunds = pgTable('refunds', {
  id: text('id').primaryKey(),
  bookingId: text('booking_id')
    .notNull()
    .references(() => bookings.id),
  paymentId: text('payment_id'),
  amount: amount('amount'),
  currency: text('currency').notNull(),
  status: text('status', { enum: ['pending', 'succeeded'] }).notNull(),
  /** Counts from 1; each failure of the bank adds one. */
  attempt: integer('attempt').notNull().default(1),
  reason: text('reason').notNull().default(''),
  /** What it pays back. */
  seatIds: jsonb('seat_ids').$type<string[]>().notNull().default([]),
  createdAt: createdAt(),
});

/** Commands of the outbox that took effect: a repeat finds its id here and does nothing. */
export const processedCommands = pgTable('processed_commands', {
  id: text('id').primaryKey(),
  at: moment('at').notNull().defaultNow(),
});

/**
 * What happened, for good; a booking's row tells its whole history until then under `details.history`. A trigger refuses UPDATE, DELETE and TRUNCATE. */
export const auditLog = pgTable(
  'audit_log',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: moment('at').notNull().defaultNow(),
    /** Who caused it: an account's id, or `system`. */
    actor: text('actor').notNull(),
    action: text('action').notNull(),
    eventId: text('event_id'),
    subject: text('subject').notNull(),
    details: jsonb('details').$type<Record<string, unknown>>().notNull(),
  },
  (table) => [index('audit_log_subject').on(table.subject)],
);
