import type { SeatsMessage } from '../../../durable-objects/protocol/live.ts';
import { SEAT_CODES } from '../../../durable-objects/protocol/browser.ts';

/** Codes of the wire. */
export const FREE = 0;
/** Held by somebody, perhaps by this fan. */
export const HELD = 1;

const CODE_OF = new Map<string, number>(SEAT_CODES.map((name, code) => [name, code]));

/** Statuses of all seats at a version; codes are changed in place, `revision` tells that they were. */
export interface SeatStatuses {
  version: number;
  codes: Uint8Array;
}

/** What a live message did. `gap`: something was missed, the snapshot must be fetched again. */
export type Applied = { kind: 'gap' } | { kind: 'old' } | { kind: 'applied'; lost: number[] };

/**
 * Applies a live message in place. Messages chain: one that starts after our version shows a gap;
 * one that ends before it is old news. `lost` are seats that stopped being free.
 */
export function applySeats(statuses: SeatStatuses, message: SeatsMessage): Applied {
  if (message.version <= statuses.version) return { kind: 'old' };
  if (message.from > statuses.version) return { kind: 'gap' };
  const lost: number[] = [];
  for (const [index, status] of message.changes) {
    if (index >= statuses.codes.length) return { kind: 'gap' };
    const code = CODE_OF.get(status) ?? 3;
    if (statuses.codes[index] === FREE && code !== FREE) lost.push(index);
    statuses.codes[index] = code;
  }
  statuses.version = message.version;
  return { kind: 'applied', lost };
}
