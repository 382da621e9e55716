import type { FoundAnswer } from './types.ts';
import type { AdmissionPass } from '../live/state.ts';

/** What this device remembers of a purchase, so that a reload in any step goes on from there. */
export interface Attempt {
  holdId: string;
  bookingId: string | null;
  seatIds: readonly string[];
}

function read(key: string): unknown {
  try {
    return JSON.parse(localStorage.getItem(key) ?? 'null');
  } catch {
    return null;
  }
}

function write(key: string, value: unknown): void {
  if (value === null) localStorage.removeItem(key);
  else localStorage.setItem(key, JSON.stringify(value));
}

/** Keys carry the account: another account on this device sees nothing of it. */
const key = (kind: string, accountId: string, eventId: string): string =>
  `onsale.${kind}.${accountId}.${eventId}`;

/** The kept admission while it lasts, by server time `now`. */
export function keptAdmission(
  accountId: string,
  eventId: string,
  now: number,
): AdmissionPass | null {
  const pass = read(key('admission', accountId, eventId)) as AdmissionPass | null;
  return pass && pass.until > now ? pass : null;
}

/** Keeps an admission, or forgets it with null. */
export function keepAdmission(
  accountId: string,
  eventId: string,
  pass: AdmissionPass | null,
): void {
  write(key('admission', accountId, eventId), pass);
}

/** The kept attempt to buy. */
export function keptAttempt(accountId: string, eventId: string): Attempt | null {
  return read(key('attempt', accountId, eventId)) as Attempt | null;
}

/** Keeps an attempt, or forgets it with null. */
export function keepAttempt(accountId: string, eventId: string, attempt: Attempt | null): void {
  write(key('attempt', accountId, eventId), attempt);
}

/** The seats that were found and are held, unless another attempt has come since; whether they are still held is not asked. */
export function keptFound(accountId: string, eventId: string): FoundAnswer | undefined {
  const found = read(key('found', accountId, eventId)) as FoundAnswer | null;
  const attempt = keptAttempt(accountId, eventId);
  const live = attempt?.bookingId === null && attempt.holdId === found?.holdId;
  return live ? (found ?? undefined) : undefined;
}

/** Keeps seats that were found, and with them the attempt; or forgets both. */
export function keepFound(
  accountId: string,
  eventId: string,
  found: FoundAnswer | undefined,
): void {
  write(key('found', accountId, eventId), found ?? null);
  const attempt = found && { holdId: found.holdId, bookingId: null, seatIds: found.seatIds };
  keepAttempt(accountId, eventId, attempt ?? null);
}

/** The receipt kept for an account's place, or null. */
export function keptReceipt(accountId: string, eventId: string): string | null {
  const receipt = read(key('receipt', accountId, eventId));
  return typeof receipt === 'string' ? receipt : null;
}

/** Keeps the receipt, also after the place was given up: it may still be asked for. */
export function keepReceipt(accountId: string, eventId: string, receipt: string): void {
  write(key('receipt', accountId, eventId), receipt);
}
