import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { parseReceipt } from '../../../durable-objects/protocol/fairness-browser.ts';

/** What a fan keeps as a file: the receipt with what it takes to check it on any device. */
export interface ReceiptFile {
  event: string;
  account: string;
  receipt: string;
}

/** A receipt as a fan pasted it: bare, or as the file that was offered. */
export interface Pasted {
  receipt: string;
  /** Named by the receipt itself; null when it is none. */
  eventId: string | null;
  /** Named by the file; a bare receipt does not tell whose it is. */
  account: AccountId | null;
}

/** Reads what was pasted; whether it is worth anything is for `checkPlace` to say. */
export function readPasted(text: string): Pasted {
  const file = readFile(text.trim());
  const receipt = file?.receipt ?? text.trim();
  const parsed = parseReceipt(receipt);
  return {
    receipt,
    eventId: parsed.ok ? parsed.receipt.eventId : null,
    account: file === null ? null : (file.account as AccountId),
  };
}

function readFile(text: string): Pick<ReceiptFile, 'account' | 'receipt'> | null {
  if (!text.startsWith('{')) return null;
  try {
    const { account, receipt } = JSON.parse(text) as Partial<Record<keyof ReceiptFile, unknown>>;
    return typeof account === 'string' && typeof receipt === 'string' ? { account, receipt } : null;
  } catch {
    return null;
  }
}
