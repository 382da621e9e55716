import type { AccountId } from '../ids.ts';
import { parseReceipt } from './receipt.ts';

/** What a fan keeps as a JSON file: the receipt with what it takes to check it anywhere. */
export interface ReceiptFile {
  event: string;
  account: string;
  receipt: string;
}

/** A receipt as it came from a fan: bare, or as the file. */
export interface GivenReceipt {
  receipt: string;
  /** Named by the receipt itself; null when it is none. */
  eventId: string | null;
  /** Named by the file; a bare receipt does not tell whose it is. */
  account: AccountId | null;
}

/** Reads what a fan gave; whether it is worth anything is for `checkPlace` to say. */
export function readReceipt(text: string): GivenReceipt {
  const file = readFile(text.trim());
  const receipt = file?.receipt ?? text.trim();
  const parsed = parseReceipt(receipt);
  return {
    receipt,
    eventId: parsed.ok ? parsed.receipt.eventId : null,
    account: file === null ? null : (file.account as AccountId),
  };
}

function readFile(text: string): Omit<ReceiptFile, 'event'> | null {
  if (!text.startsWith('{')) return null;
  try {
    const { account, receipt } = JSON.parse(text) as Partial<Record<keyof ReceiptFile, unknown>>;
    return typeof account === 'string' && typeof receipt === 'string' ? { account, receipt } : null;
  } catch {
    return null;
  }
}
