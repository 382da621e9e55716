import { and, eq, isNull } from 'drizzle-orm';
import { users } from '../../drizzle/schema.ts';
import type { AccountId } from '../../durable-objects/core/ids.ts';
import type { Database } from './database.ts';

/** What an account may do beyond buying. */
export type AccountRole = (typeof users.$inferSelect)['role'];

/** An account as sign-in needs it. */
export interface Account {
  id: AccountId;
  email: string;
  name: string;
  passwordHash: string;
  role: AccountRole;
  /** When it was proved that mail arrives at `email`; null until then. */
  emailVerifiedAt: Date | null;
}

/** The account's role as it is now; a fan where there is no such account. Throws when Postgres does not answer. */
export async function roleOf(db: Database, id: AccountId): Promise<AccountRole> {
  const [row] = await db.select({ role: users.role }).from(users).where(eq(users.id, id)).limit(1);
  return row?.role ?? 'fan';
}

/** The account with this normalised address, or null. */
export async function accountByEmail(db: Database, email: string): Promise<Account | null> {
  const [row] = await db.select().from(users).where(eq(users.email, email)).limit(1);
  return row ? { ...row, id: row.id as AccountId } : null;
}

/** An account's address and name by its id, or null; for mail. */
export async function accountById(db: Database, id: AccountId): Promise<Account | null> {
  const [row] = await db.select().from(users).where(eq(users.id, id)).limit(1);
  return row ? { ...row, id: row.id as AccountId } : null;
}

/** Writes a new account; false when the address is taken. */
export async function addAccount(db: Database, account: Account): Promise<boolean> {
  const rows = await db
    .insert(users)
    .values(account)
    .onConflictDoNothing({ target: users.email })
    .returning({ id: users.id });
  return rows.length === 1;
}

/** Writes down that the account's address was proved; once, the first time stays. */
export async function markEmailVerified(db: Database, id: AccountId, at: Date): Promise<void> {
  await db
    .update(users)
    .set({ emailVerifiedAt: at })
    .where(and(eq(users.id, id), isNull(users.emailVerifiedAt)));
}
