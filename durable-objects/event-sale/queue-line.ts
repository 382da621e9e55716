import {
  callable,
  fewSeats,
  INITIAL_ADMISSION,
  nextCallAt,
  passTimes,
  rollBeat,
  salePhase,
} from '../core/admission.ts';
import type { AdmissionLimits, AdmissionState, AdmissionView } from '../core/admission.ts';
import { callOf, callState, callTimes, openWithin } from '../core/calls.ts';
import type { OpenCall } from '../core/calls.ts';
import { appendLink, genesis } from '../core/fairness/grant-chain.ts';
import type { ChainState } from '../core/fairness/grant-chain.ts';
import type { AccountId } from '../core/ids.ts';
import { expectedEntries, measureDelay, measureShows } from '../core/no-shows.ts';
import type { ShowRate } from '../core/no-shows.ts';
import { measuredOrdersPerSecond } from '../core/payment-pace.ts';
import { orderOf } from '../core/place-order.ts';
import type { DrawnLobby } from '../core/place-order.ts';
import { CHUNK_ORDERS, Presence } from '../core/presence.ts';
import type { SaleSettings } from '../core/sale.ts';
import { Entrants } from '../core/takers.ts';
import type { TakeRate } from '../core/takers.ts';
import type { SalePhase } from '../core/tick.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { GrantRequest } from '../protocol/queue-rpc.ts';
import type { AdmissionRow, LinkRow, QueueState, QueueStore } from '../storage/queue-store.ts';
import type { SeatCount } from './context.ts';
import type { QueueDrawing } from './queue-drawing.ts';

/** How long a slot is kept for one who missed the window and found none free, ms. */
export const RESERVE_MS = 6_000;

/** What a claim comes to. */
export type Claim =
  | { state: 'live'; row: AdmissionRow; fresh: boolean }
  | { state: 'not_called' | 'expired' | 'full' };

/** What the controller sees, and how payments go. */
export type SaleView = AdmissionView & { paymentShare: number };

/**
 * The line of one sale and who is inside: every change is written to the store in the same
 * synchronous block, and the caches here are rebuilt from it on wake.
 */
export class QueueLine {
  readonly #store: QueueStore;
  readonly #drawing: Pick<QueueDrawing, 'done'>;
  readonly #settings: () => SaleSettings;
  #state: QueueState;
  #chain: ChainState;
  #presence: Presence;
  /** Null: orders are places, because nothing is drawn here or nothing is drawn yet. */
  #lobby: DrawnLobby | null;
  #calls: OpenCall[];
  readonly #live = new Map<AccountId, AdmissionRow>();
  readonly #entrants: Entrants;
  /** Earliest end of a live admission; never later than the truth. */
  #nextEnd = Infinity;
  /** Places that asked to come in during grace, and until when a slot is kept. A restart forgets them. */
  readonly #reserved = new Map<number, number>();

  /** `drawing` says what the first link of the chain binds, and whether the order is known. */
  constructor(
    store: QueueStore,
    drawing: Pick<QueueDrawing, 'terms' | 'lobby' | 'done'>,
    settings: () => SaleSettings,
    now: number,
  ) {
    this.#store = store;
    this.#drawing = drawing;
    this.#settings = settings;
    this.#entrants = new Entrants(() => settings().admission.sessionMs);
    this.#state = { ...INITIAL_ADMISSION, tail: 0, seqCeiling: 0, ...store.state() };
    this.#chain = chainAfter(store.lastLink()) ?? genesis(drawing.terms);
    this.#lobby = drawing.lobby;
    this.#presence = Presence.restore(this.#state.tail, store.chunks());
    const { claimWindowMs, graceMs } = settings().admission;
    this.#calls = store.callsAfter(now - claimWindowMs - graceMs);
    for (const row of store.liveAdmissions(now)) this.#enter(row, false);
  }

  /** Who stands in the line, by order. */
  get presence(): Presence {
    return this.#presence;
  }

  /** The chain of grants so far. */
  get chain(): ChainState {
    return this.#chain;
  }

  /** Null before the draw, and where there is none. */
  get lobby(): DrawnLobby | null {
    return this.#lobby;
  }

  get state(): Readonly<QueueState> {
    return this.#state;
  }

  /** Calls whose time is not over, ascending. */
  get calls(): readonly OpenCall[] {
    return this.#calls;
  }

  patch(change: Partial<QueueState>): void {
    this.#state = { ...this.#state, ...change };
    this.#store.saveState(this.#state);
  }

  /** The range of `(child, batch)`: the one it was given before, or the next `count` places. */
  grant(request: GrantRequest, now: number): LinkRow & { fresh: boolean } {
    const { child, batch, count, root } = request;
    const before = this.#store.link(child, batch);
    if (before !== null) {
      const same = before.link.count === count && before.link.root === root;
      if (!same) throw new Error(`another batch under the number ${batch} of ${child}`);
      return { ...before, fresh: false };
    }
    // Whoever is granted a place after opening is not of the lobby, whatever the clock says.
    const at = this.#state.opened ? Math.max(now, this.#settings().opensAt) : now;
    const { chain, link } = appendLink(this.#chain, { at, child, batch, count, root });
    const first = this.#presence.extend(count);
    if (link.first !== first)
      throw new Error(`the chain is at ${link.first}, the line at ${first}`);
    this.#chain = chain;
    const row = { link, head: chain.head };
    this.#store.addLink(row);
    this.patch({ tail: this.#presence.tail });
    return { ...row, fresh: true };
  }

  /** The lobby is drawn: from now on departures are of orders. */
  reorder(lobby: DrawnLobby): void {
    const drawn = new Presence();
    drawn.extend(this.#presence.tail);
    for (const place of this.#presence.departed(this.#presence.tail)) {
      drawn.remove(orderOf(place, lobby));
    }
    this.#presence = drawn;
    this.#lobby = lobby;
    for (let chunk = 0; chunk * CHUNK_ORDERS < lobby.n; chunk++) {
      this.#store.saveChunk(chunk, drawn.departures(chunk));
    }
  }

  /** Takes people out of the line, or out of the sale if they are inside; returns how many were still there. */
  depart(places: readonly number[], now: number): number {
    const chunks = new Set<number>();
    let left = 0;
    for (const place of places) {
      const order = orderOf(place, this.#lobby);
      if (!this.#presence.remove(order)) continue;
      left += 1;
      chunks.add(Math.floor(order / CHUNK_ORDERS));
      this.#reserved.delete(place);
      if (order < this.#state.cursor) this.#departCalled(place, order, now);
    }
    for (const chunk of chunks) this.#store.saveChunk(chunk, this.#presence.departures(chunk));
    return left;
  }

  #departCalled(place: number, order: number, now: number): void {
    const row = this.#store.admission(place);
    if (row === null) this.#close(order, false);
    else if (row.endedAt === null && row.until > now) this.end(row.accountId, now);
  }

  /** One person of the call has come in, or left. */
  #close(order: number, came: boolean): void {
    const call = callOf(this.#calls, order);
    if (call === null || call.open === 0) return;
    call.open -= 1;
    if (came) call.came += 1;
    this.#store.saveCall(call);
  }

  /** The person with this place comes in, or is told why not. */
  claim(accountId: AccountId, place: number, now: number): Claim {
    const known = this.#store.admission(place);
    if (known !== null) {
      if (known.accountId !== accountId) return { state: 'not_called' };
      const live = known.endedAt === null && known.until > now;
      return live ? { state: 'live', row: known, fresh: false } : { state: 'expired' };
    }
    const order = orderOf(place, this.#lobby);
    if (order >= this.#state.cursor || !this.#presence.has(order)) return { state: 'not_called' };
    const { admission: rules } = this.#settings();
    const call = callOf(this.#calls, order);
    const state = call === null ? 'lapsed' : callState(call, rules, now);
    if (state === 'lapsed') return { state: 'expired' };
    const free = rules.slots - (state === 'grace' ? this.inside(now) : this.#live.size);
    if (free <= 0) {
      this.#reserved.set(place, now + RESERVE_MS);
      return { state: 'full' };
    }
    const until = now + rules.sessionMs;
    const row: AdmissionRow = { place, accountId, claimedAt: now, until, endedAt: null };
    this.#close(order, true);
    this.#reserved.delete(place);
    const { allowance, delayMs } = this.#state;
    const tookMs = measureDelay(delayMs, now - (call?.calledAt ?? now));
    this.patch({ allowance: allowance - 1, delayMs: state === 'window' ? tookMs : delayMs });
    this.#store.saveAdmission(row);
    this.#enter(row, true);
    return { state: 'live', row, fresh: true };
  }

  #enter(row: AdmissionRow, fresh: boolean): void {
    const { accountId, claimedAt, until } = row;
    this.#live.set(accountId, row);
    this.#entrants.comes(accountId, claimedAt, fresh);
    this.#nextEnd = Math.min(this.#nextEnd, until);
  }

  /** Somebody inside has taken so many seats. */
  takes(accountId: AccountId, seats: number, now: number): void {
    this.#entrants.takes(accountId, seats, now);
  }

  #exit(accountId: AccountId): void {
    this.#live.delete(accountId);
    this.#entrants.leaves(accountId);
  }

  /** The account's live admission, judged now. */
  live(accountId: AccountId, now: number): AdmissionRow | null {
    const row = this.#live.get(accountId);
    return row !== undefined && row.until > now ? row : null;
  }

  admission(place: number): AdmissionRow | null {
    return this.#store.admission(place);
  }

  /** Ends the account's admission; false when it had none. */
  end(accountId: AccountId, now: number): boolean {
    const row = this.live(accountId, now);
    if (row === null) return false;
    this.#exit(accountId);
    this.#store.saveAdmission({ ...row, endedAt: now });
    return true;
  }

  waiting(): number {
    return this.#presence.present - this.#presence.rank(this.#state.cursor);
  }

  /** People inside now: live admissions, and those called who may still claim theirs. */
  inside(now: number): number {
    this.#sweep(now);
    return this.#live.size + openWithin(this.#calls, this.#settings().admission, now);
  }

  /** Where the sale stands. */
  phase(seatsLeft: number): SalePhase {
    return salePhase(this.#state, this.#drawing.done, seatsLeft);
  }

  /** What the platform allows, and payments take. */
  limits({ paymentShare }: Pick<SaleView, 'paymentShare'>): AdmissionLimits {
    const byStripe = LIMITS.stripeEndpointPerSecond / LIMITS.stripeCallsPerOrder;
    const { admission } = this.#settings();
    const { ordersPerSecond: said = byStripe } = admission;
    const ordersPerSecond = measuredOrdersPerSecond(said, admission, paymentShare);
    return { minGapMs: LIMITS.tickMinMs, ordersPerSecond };
  }

  /** Everything the controller sees at `now`. */
  view(now: number, seats: SeatCount): SaleView {
    this.#sweep(now);
    const { admission } = this.#settings();
    return {
      now,
      waiting: this.waiting(),
      live: this.#live.size,
      open: openWithin(this.#calls, admission, now),
      expected: expectedEntries(this.#calls, admission, this.#state, now),
      reserved: this.#reserved.size,
      seatsLeft: seats.seatsLeft(),
      takers: this.#entrants.expected(
        this.#state,
        Math.max(0, this.#live.size - seats.holding()),
        now,
      ),
      paymentShare: seats.paymentShare(),
    };
  }

  /** What fans may see of the sale without anybody joining or leaving: the same as long as nothing has changed. */
  signature(now: number, seats: SeatCount): string {
    const { live, open, seatsLeft } = this.view(now, seats);
    return [this.phase(seatsLeft), this.#state.cursor, live, open].join();
  }

  /** Catches up with the clock and calls whoever may be called; returns how many people. */
  advance(now: number, seats: SeatCount): number {
    const settings = this.#settings();
    const view = this.view(now, seats);
    const limits = this.limits(view);
    const before = this.#state;
    const measure = (state: AdmissionState): Partial<ShowRate & TakeRate> => ({
      ...measureShows(state, this.#calls, settings.admission, now),
      ...(fewSeats(state, settings, limits, view) ? {} : this.#entrants.measured(state, now)),
    });
    const passed = passTimes(before, settings, now);
    const rolled = { ...before, ...rollBeat(passed, settings, limits, view, measure) };
    const open = salePhase(rolled, this.#drawing.done, view.seatsLeft) === 'open';
    const count = open ? callable(rolled, settings, limits, view) : 0;
    const busy = open && view.waiting > count;
    if (count > 0) this.#call({ ...rolled, busy }, count, now);
    else if (rolled.beat !== before.beat || passed !== before || busy !== before.busy)
      this.patch({ ...rolled, busy });
    return count;
  }

  #call(state: QueueState, count: number, now: number): void {
    const first = state.cursor;
    const end = this.#presence.select(this.#presence.rank(first) + count - 1) + 1;
    if (end <= first) throw new Error(`the cursor would move back from ${first} to ${end}`);
    const call: OpenCall = { first, end, calledAt: now, people: count, open: count, came: 0 };
    this.#calls.push(call);
    this.#store.saveCall(call);
    this.patch({
      ...state,
      cursor: end,
      called: state.called + count,
      used: state.used + count,
      calledAt: now,
    });
  }

  /** When something changes by itself next, epoch ms; null when nothing will. */
  nextChangeAt(now: number, seats: SeatCount): number | null {
    const settings = this.#settings();
    if (this.#state.closed) return null;
    if (!this.#state.opened) return Math.max(settings.opensAt, now + 1);
    const view = this.view(now, seats);
    const open = this.phase(view.seatsLeft) === 'open';
    const callAt = open ? nextCallAt(this.#state, settings, this.limits(view), view) : null;
    let due = Math.min(callAt ?? Infinity, this.#nextEnd, settings.closesAt);
    for (const call of this.#calls) {
      const { claimUntil } = callTimes(call, settings.admission);
      if (call.open > 0 && claimUntil > now) due = Math.min(due, claimUntil);
    }
    for (const until of this.#reserved.values()) due = Math.min(due, until);
    return Math.max(due, now + 1);
  }

  /** Drops what is over. Only tidies: everything is judged by its time when read. */
  #sweep(now: number): void {
    const { claimWindowMs, graceMs } = this.#settings().admission;
    for (const [place, until] of this.#reserved) {
      if (until <= now) this.#reserved.delete(place);
    }
    const oldest = this.#calls[0];
    if (oldest !== undefined && oldest.calledAt + claimWindowMs + graceMs <= now) {
      const kept = (call: OpenCall) => call.calledAt + claimWindowMs + graceMs > now;
      this.#calls = this.#calls.filter(kept);
    }
    if (this.#nextEnd > now) return;
    this.#nextEnd = Infinity;
    for (const [accountId, row] of this.#live) {
      if (row.until <= now) this.#exit(accountId);
      else this.#nextEnd = Math.min(this.#nextEnd, row.until);
    }
  }
}

/** The chain as its last link left it. */
function chainAfter(row: LinkRow | null): ChainState | null {
  if (row === null) return null;
  const { seq, at, first, count } = row.link;
  return { length: seq + 1, tail: first + count, at, head: row.head };
}
