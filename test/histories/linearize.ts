/** One call as seen from outside, about one seat. Times are of one clock, ms. */
export interface SeatCall {
  /** The hold that was asked for or given back; a new one for each attempt. */
  hold: string;
  kind: 'lock' | 'release';
  start: number;
  /** Null: an answer never came. The call may count at any later time, or never. */
  end: number | null;
  /** Whether the seat was had, or was somebody else's; null with no answer. A release always succeeds. */
  answer: 'had' | 'taken' | 'released' | null;
}

/** The seat's owner after the call, or `undefined` when the answer cannot be right in this state. */
function after(owner: string | null, call: SeatCall): string | null | undefined {
  if (call.kind === 'release') return owner === call.hold ? null : owner;
  switch (call.answer) {
    case 'had':
      return owner === null ? call.hold : undefined;
    case 'taken':
      return owner === null || owner === call.hold ? undefined : owner;
    default:
      return owner ?? call.hold;
  }
}

/**
 * Whether some order of the calls explains all answers: each call takes effect at one moment between its
 * start and its end, on a seat that has one owner at most (Herlihy and Wing, 1990; searched as Wing and
 * Gong, 1993, with Lowe's memory of states seen). Exponential at worst: for histories of one seat.
 */
export function isLinearizable(calls: readonly SeatCall[]): boolean {
  const seen = new Set<string>();
  const answered = calls.reduce(
    (mask, call, index) => (call.end === null ? mask : mask | (1n << BigInt(index))),
    0n,
  );
  const search = (done: bigint, owner: string | null): boolean => {
    if ((done & answered) === answered) return true;
    const name = `${done.toString(36)} ${owner}`;
    if (seen.has(name)) return false;
    seen.add(name);
    const left = calls.flatMap((call, index) => {
      const bit = 1n << BigInt(index);
      return (done & bit) === 0n ? [{ call, bit }] : [];
    });
    // What begins after another call has ended cannot come before it.
    const firstEnd = Math.min(...left.map(({ call }) => call.end ?? Infinity));
    return left.some(({ call, bit }) => {
      if (call.start > firstEnd) return false;
      const next = after(owner, call);
      return next !== undefined && search(done | bit, next);
    });
  };
  return search(0n, null);
}
