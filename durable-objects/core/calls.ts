import type { AdmissionSettings } from './sale.ts';

/** Orders `first` ≤ o < `end`, called together. */
export interface Call {
  first: number;
  end: number;
  /** Epoch ms. */
  calledAt: number;
}

/** A call as the sale keeps it. */
export interface OpenCall extends Call {
  /** People called. */
  people: number;
  /** How many of them have neither come nor left. */
  open: number;
  /** How many came within their window. */
  came: number;
}

type Windows = Pick<AdmissionSettings, 'claimWindowMs' | 'graceMs'>;

/** Where a called fan stands: may come in, may come in when a slot is free, or was passed over. */
export type CallState = 'window' | 'grace' | 'lapsed';

/** Until when the fan may come in, and until when while a slot is free. */
export function callTimes(
  call: Call,
  windows: Windows,
): { claimUntil: number; graceUntil: number } {
  const claimUntil = call.calledAt + windows.claimWindowMs;
  return { claimUntil, graceUntil: claimUntil + windows.graceMs };
}

/** Judged now, on read. */
export function callState(call: Call, windows: Windows, now: number): CallState {
  const { claimUntil, graceUntil } = callTimes(call, windows);
  if (now < claimUntil) return 'window';
  return now < graceUntil ? 'grace' : 'lapsed';
}

/** The call that an order belongs to; `calls` ascend and do not overlap. */
export function callOf<Kept extends Call>(calls: readonly Kept[], order: number): Kept | null {
  let low = 0;
  let high = calls.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    const call = calls[middle];
    if (call !== undefined && call.end <= order) low = middle + 1;
    else high = middle;
  }
  const call = calls[low];
  return call !== undefined && call.first <= order ? call : null;
}

/** People who were called and may still claim within their window: they count as inside. */
export function openWithin(calls: readonly OpenCall[], windows: Windows, now: number): number {
  let open = 0;
  for (const call of calls) {
    if (callState(call, windows, now) === 'window') open += call.open;
  }
  return open;
}
