import { Buffer } from 'node:buffer';
import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import type { AccountId } from '../../durable-objects/core/ids.ts';

/** Codes change this often, ms; the one before is still taken, so that a code is good for 15 to 30 minutes. */
export const CODE_STEP_MS = 15 * 60_000;
const DIGITS = 6;

/** Whose address a code is for: with another address the codes are others. */
export interface CodeOwner {
  id: AccountId;
  email: string;
}

/**
 * The code that a mail to the account's address carries: six digits, in the manner of RFC 6238 from a
 * key of its own. Nothing is stored, so that nothing can be lost, and two mails shortly after each
 * other carry the same one. Guessing is the limit's to stop (`LIMIT_VERIFY`).
 */
export function emailCode(secret: string, owner: CodeOwner, nowMs: number): string {
  return codeOf(secret, owner, Math.floor(nowMs / CODE_STEP_MS));
}

/** Whether it is the account's code of now or of the step before; compared in constant time. */
export function isEmailCode(
  secret: string,
  owner: CodeOwner,
  given: string,
  nowMs: number,
): boolean {
  const step = Math.floor(nowMs / CODE_STEP_MS);
  const digits = Buffer.from(given);
  if (digits.length !== DIGITS) return false;
  const matches = [step, step - 1].map((each) =>
    timingSafeEqual(digits, Buffer.from(codeOf(secret, owner, each))),
  );
  return matches.includes(true);
}

function codeOf(secret: string, { id, email }: CodeOwner, step: number): string {
  const key = hkdfSync('sha256', secret, new Uint8Array(32), 'onsale/email-code/v1', 32);
  const mac = createHmac('sha256', Buffer.from(key)).update(`${id}\n${email}\n${step}`).digest();
  // Six bytes leave a bias of one in 10^8.
  return String(mac.readUIntBE(0, 6) % 10 ** DIGITS).padStart(DIGITS, '0');
}
