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

/** How far an explanation has come. Calls go by their index among those answered, or those not, by start. */
interface Explained {
  /** All answered calls before this one count already. */
  first: number;
  /** Of those after it, the ones that count already, ascending. */
  beyond: readonly number[];
  /** Calls without an answer that are taken to have had their effect. */
  guessed: readonly number[];
  owner: string | null;
}

/**
 * Whether some order of the calls explains all answers: each call takes effect at one moment between its
 * start and its end, on a seat that has one owner at most (Herlihy and Wing, 1990; searched as Wing and
 * Gong, 1993, with Lowe's memory of states seen). Exponential at worst in the calls that overlap, not in
 * the length of the history: for histories of one seat.
 */
export function isLinearizable(calls: readonly SeatCall[]): boolean {
  const byStart = calls.toSorted((a, b) => a.start - b.start);
  const answered = byStart.filter(({ end }) => end !== null);
  const unanswered = byStart.filter(({ end }) => end === null);
  const seen = new Set<string>();
  const open: Explained[] = [{ first: 0, beyond: [], guessed: [], owner: null }];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (state.first === answered.length) return true;
    const name = `${state.first} ${state.beyond.join()} ${state.guessed.join()} ${state.owner}`;
    if (seen.has(name)) continue;
    seen.add(name);
    // The last is tried first: what was answered before what is guessed.
    open.push(...further(state, answered, unanswered).toReversed());
  }
  return false;
}

function further(
  state: Explained,
  answered: readonly SeatCall[],
  unanswered: readonly SeatCall[],
): Explained[] {
  const { beyond, guessed, owner } = state;
  const states: Explained[] = [];
  // What begins after another call has ended cannot come before it.
  let firstEnd = Infinity;
  for (let index = state.first; index < answered.length; index++) {
    const call = answered[index];
    if (call === undefined || call.start > firstEnd) break;
    if (beyond.includes(index)) continue;
    firstEnd = Math.min(firstEnd, call.end ?? Infinity);
    const next = after(owner, call);
    if (next !== undefined) states.push({ ...counted(state, index), guessed, owner: next });
  }
  for (const [index, call] of unanswered.entries()) {
    if (call.start > firstEnd) break;
    const next = guessed.includes(index) ? undefined : after(owner, call);
    if (next !== undefined)
      states.push({ ...state, guessed: [...guessed, index].sort((a, b) => a - b), owner: next });
  }
  return states;
}

function counted({ first, beyond }: Explained, index: number): Pick<Explained, 'first' | 'beyond'> {
  const done = [...beyond, index].sort((a, b) => a - b);
  let next = first;
  while (done[0] === next) {
    done.shift();
    next += 1;
  }
  return { first: next, beyond: done };
}
