import { ownOrders } from './own-draw.ts';
import { mustHold } from './violation.ts';

/** A lobby of `n` people that was drawn with a seed (32 bytes, base64url). */
interface DrawnLobby {
  n: number;
  seed: string;
}

/** The rules of a sale, as its organiser set them. */
export interface LineRules {
  slots: number;
  claimWindowMs: number;
  graceMs: number;
  sessionMs: number;
}

/** Orders of one bundle. */
const BUNDLE = 4_096;

interface CallEntry {
  first: number;
  end: number;
  calledAt: number;
  /** Who of them was there when they were called. */
  people: number;
}

interface Inside {
  accountId: string;
  claimedAt: number;
  until: number;
  endedAt: number | null;
}

/**
 * The line as anybody could keep it with pencil and paper: one mark for each order, one entry for each
 * call, one for each admission. It is told what EventSale writes down and says when that breaks a promise.
 */
export class LineBook {
  readonly #rules: LineRules;
  /** 1: in line; 0: left. */
  #present = new Uint8Array(1_024);
  /** People in line of each bundle of so many orders: a line of millions is not counted mark by mark each second. */
  #bundles = new Int32Array(1);
  /** 1: has come in. */
  #cameIn = new Uint8Array(1_024);
  /** The last batch of each child that was given a range. */
  readonly #batches = new Map<string, number>();
  #owned = new Uint8Array(1_024);
  readonly #calls: CallEntry[] = [];
  readonly #inside = new Map<number, Inside>();
  readonly #live = new Map<number, Inside>();
  /** Account and end of each admission. */
  readonly #admitted = new Set<string>();
  /** Null: orders are places. */
  #lobby: DrawnLobby | null = null;
  /** By place of the drawn lobby. */
  #orders = new Uint32Array(0);
  /** Places given out before the opening. */
  #lobbyCount = 0;
  /** When the first of them has to go. */
  #nextEnd = Infinity;
  tail = 0;
  cursor = 0;
  left = 0;
  calledPeople = 0;
  /** Most people inside at once, and most with those who may still come in. */
  mostInside = 0;
  mostExpected = 0;

  constructor(rules: LineRules) {
    this.#rules = rules;
  }

  /** A range was written down for a child's batch, before the opening or after it. */
  granted(child: string, batch: number, first: number, count: number, inLobby: boolean): void {
    const last = this.#batches.get(child) ?? -1;
    const key = `${child} ${batch}`;
    mustHold(batch > last, () => `batch ${key} was given a second range, or came after ${last}`);
    mustHold(
      first === this.tail && count > 0,
      () => `batch ${key} got ${count} places from ${first}, the next place is ${this.tail}`,
    );
    this.#batches.set(child, batch);
    this.tail += count;
    if (inLobby) this.#lobbyCount = this.tail;
    this.#present = grown(this.#present, this.tail);
    this.#cameIn = grown(this.#cameIn, this.tail);
    this.#present.fill(1, first, this.tail);
    for (let order = first; order < this.tail; order++) this.#bundle(order, 1);
  }

  /** The lobby was drawn: the right people, once, before anybody was called, and each has an order of their own. */
  drawn(lobby: DrawnLobby): void {
    const { n, seed } = lobby;
    if (this.#lobby !== null) {
      const before = this.#lobby;
      mustHold(n === before.n && seed === before.seed, () => 'the lobby was drawn a second time');
      return;
    }
    mustHold(
      n === this.#lobbyCount,
      () => `${n} people were drawn, ${this.#lobbyCount} were in the lobby`,
    );
    mustHold(this.cursor === 0, () => `the lobby was drawn after ${this.cursor} were called`);
    const places = this.#present.slice(0, n);
    const given = new Uint8Array(n);
    this.#lobby = lobby;
    this.#orders = ownOrders(seed, n);
    this.#bundles.fill(0);
    for (let place = 0; place < this.tail; place++) {
      const order = this.orderOf(place);
      if (place < n) {
        mustHold(
          order < n && given[order] === 0,
          () => `order ${order} of ${n} was drawn twice, or is none`,
        );
        given[order] = 1;
        this.#present[order] = places[place] ?? 0;
      }
      this.#bundle(order, this.#present[order] ?? 0);
    }
  }

  /** When the fan with this place comes, as far as it is known: before a draw it is the place. */
  orderOf(place: number): number {
    return this.#orders[place] ?? place;
  }

  /** What was drawn; null before, and where nothing is. */
  get lobby(): DrawnLobby | null {
    return this.#lobby;
  }

  #bundle(order: number, change: number): void {
    const bundle = Math.floor(order / BUNDLE);
    if (bundle >= this.#bundles.length) {
      const more = new Int32Array(bundle * 2);
      more.set(this.#bundles);
      this.#bundles = more;
    }
    this.#bundles[bundle] = (this.#bundles[bundle] ?? 0) + change;
  }

  /** A leaf has written down that these places are its fans'. */
  owns(leaf: string, first: number, count: number): void {
    mustHold(first + count <= this.tail, () => `${leaf} has ${first}+${count}, beyond the tail`);
    this.#owned = grown(this.#owned, first + count);
    for (let place = first; place < first + count; place++) {
      mustHold(this.#owned[place] === 0, () => `place ${place} is at ${leaf} and at another`);
      this.#owned[place] = 1;
    }
  }

  /** Every place that was given out is at some leaf. */
  allOwned(): void {
    for (let place = 0; place < this.tail; place++)
      mustHold(this.#owned[place] === 1, () => `place ${place} was given out and nobody has it`);
  }

  /** The people with these places have left the line. */
  departed(places: readonly number[]): void {
    for (const place of places) {
      const order = this.orderOf(place);
      if (order >= this.tail || this.#present[order] !== 1) continue;
      this.#present[order] = 0;
      this.#bundle(order, -1);
      this.left += 1;
    }
  }

  /** A call was written down, or one person less of it is open. */
  called(first: number, end: number, calledAt: number, open: number): void {
    const known = this.#calls.find((call) => call.first === first);
    if (known !== undefined) {
      mustHold(
        known.end === end && known.calledAt === calledAt && open <= known.people,
        () => `the call of ${first} to ${known.end} was changed afterwards`,
      );
      return;
    }
    mustHold(
      first === this.cursor && end > first && end <= this.tail,
      () => `orders ${first} to ${end} were called, next is ${this.cursor}, the last ${this.tail}`,
    );
    let people = 0;
    for (let order = first; order < end; order++) people += this.#present[order] ?? 0;
    mustHold(
      people === open,
      () => `the call of ${first} to ${end} counts ${open} people, there are ${people}`,
    );
    this.cursor = end;
    this.calledPeople += people;
    this.#calls.push({ first, end, calledAt, people });
    while (this.#calls.length > 1_000) this.#calls.shift();
    this.#checkSlots(calledAt);
  }

  /** The queue's figures were written down. */
  state(cursor: number, tail: number): void {
    mustHold(cursor >= this.cursor, () => `the cursor went back from ${this.cursor} to ${cursor}`);
    mustHold(cursor === this.cursor, () => `the cursor is ${cursor}, called are ${this.cursor}`);
    mustHold(tail === this.tail, () => `the tail is ${tail}, given out are ${this.tail}`);
  }

  /** An admission was written down, for the first time or as ended. */
  admitted(order: number, entry: Inside): void {
    const known = this.#inside.get(order);
    if (known !== undefined) {
      mustHold(
        known.accountId === entry.accountId &&
          known.claimedAt === entry.claimedAt &&
          known.until === entry.until,
        () => `the admission of ${order} was changed afterwards`,
      );
      if (entry.endedAt !== null) this.#live.delete(order);
      this.#inside.set(order, entry);
      return;
    }
    mustHold(order < this.cursor, () => `${order} came in, called are those below ${this.cursor}`);
    mustHold(this.#present[order] === 1, () => `${order} came in and had left the line`);
    const call = this.callOf(order);
    const lateMs = call === null ? Infinity : entry.claimedAt - call.calledAt;
    const { claimWindowMs, graceMs, sessionMs } = this.#rules;
    mustHold(
      lateMs < claimWindowMs + graceMs,
      () => `${order} came in ${lateMs} ms after being called`,
    );
    mustHold(
      entry.until === entry.claimedAt + sessionMs,
      () => `${order} may stay ${entry.until - entry.claimedAt} ms, everybody may ${sessionMs}`,
    );
    this.#inside.set(order, entry);
    this.#live.set(order, entry);
    this.#admitted.add(`${entry.accountId} ${entry.until}`);
    this.#nextEnd = Math.min(this.#nextEnd, entry.until);
    this.#cameIn[order] = 1;
    this.#checkSlots(entry.claimedAt);
  }

  /** The call that an order was in; null for one that was not called, or long ago. */
  callOf(order: number): CallEntry | null {
    return this.#calls.find((call) => call.first <= order && order < call.end) ?? null;
  }

  /** Whether the account was ever admitted until then. */
  wasAdmitted(accountId: string, until: number): boolean {
    return this.#admitted.has(`${accountId} ${until}`);
  }

  admission(order: number): Inside | null {
    return this.#inside.get(order) ?? null;
  }

  /** People in line between `from` and `to`: whole bundles by their count, the others one by one. */
  peopleBetween(from: number, to: number): number {
    const end = Math.min(to, this.tail);
    let people = 0;
    for (let order = from; order < end;) {
      if (order % BUNDLE === 0 && order + BUNDLE <= end) {
        people += this.#bundles[order / BUNDLE] ?? 0;
        order += BUNDLE;
      } else {
        people += this.#present[order] ?? 0;
        order += 1;
      }
    }
    return people;
  }

  isPresent(order: number): boolean {
    return order < this.tail && this.#present[order] === 1;
  }

  /** People in line who were not called. */
  waiting(): number {
    return this.peopleBetween(this.cursor, this.tail);
  }

  #sweep(now: number): void {
    this.#nextEnd = Infinity;
    for (const [order, { until }] of this.#live) {
      if (until <= now) this.#live.delete(order);
      else this.#nextEnd = Math.min(this.#nextEnd, until);
    }
  }

  #checkSlots(now: number): void {
    if (now >= this.#nextEnd) this.#sweep(now);
    const inside = this.#live.size;
    let expected = inside;
    for (const call of this.#calls) {
      if (call.calledAt + this.#rules.claimWindowMs <= now) continue;
      for (let order = call.first; order < call.end; order++) {
        if (this.#present[order] === 1 && this.#cameIn[order] === 0) expected += 1;
      }
    }
    this.mostInside = Math.max(this.mostInside, inside);
    this.mostExpected = Math.max(this.mostExpected, expected);
    mustHold(
      expected <= this.#rules.slots,
      () =>
        `${inside} are inside and ${expected - inside} may come in, there are ${this.#rules.slots} slots`,
    );
  }
}

function grown(bytes: Uint8Array<ArrayBuffer>, size: number): Uint8Array<ArrayBuffer> {
  if (size <= bytes.length) return bytes;
  const more = new Uint8Array(Math.max(size, bytes.length * 2));
  more.set(bytes);
  return more;
}
