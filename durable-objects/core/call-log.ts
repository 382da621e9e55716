import { callOf } from './calls.ts';
import type { Call } from './calls.ts';
import type { Tick } from './tick.ts';

/**
 * What a leaf knows of the calls, gathered from ticks. Each tick carries the calls of the last
 * seconds; one that leaves a gap asks for the whole list again.
 */
export class CallLog {
  #calls: Call[] = [];
  /** Orders below it are accounted for; -1 before the first whole list. */
  #end = -1;

  /** The whole list, as the parent keeps it: orders below its first call were passed over or came in. */
  reset(calls: readonly Call[], cursor: number): void {
    this.#calls = [...calls];
    this.#end = cursor;
  }

  /** Takes over what a tick tells; false when calls between are missing. */
  take(tick: Tick): boolean {
    if (this.#end < 0) return false;
    const calls = tick.calls ?? [];
    let first = calls.reduce((cursor, [orders]) => cursor - orders, tick.cursor);
    for (const [orders, ageMs] of calls) {
      const end = first + orders;
      if (first > this.#end) return false;
      if (end > this.#end) {
        this.#calls.push({ first, end, calledAt: tick.at - ageMs });
        this.#end = end;
      }
      first = end;
    }
    return this.#end >= tick.cursor;
  }

  /** All open calls of orders below `cursor`; null when some of them may be missing. */
  callsTo(cursor: number): readonly Call[] | null {
    return this.#end >= cursor ? this.#calls : null;
  }

  /** The call of an order below the cursor: `past` when its time is over, `unknown` when the parent must be asked. */
  of(order: number): Call | 'past' | 'unknown' {
    if (order >= this.#end) return 'unknown';
    return callOf(this.#calls, order) ?? 'past';
  }

  /** Forgets calls made before `before`. */
  prune(before: number): void {
    let over = 0;
    while ((this.#calls[over]?.calledAt ?? Infinity) < before) over += 1;
    if (over > 0) this.#calls.splice(0, over);
  }
}
