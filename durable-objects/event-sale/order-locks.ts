import { nearestAlternatives } from '../core/alternatives.ts';
import { ownedId, timedId } from '../core/ids.ts';
import type { SeatId } from '../core/ids.ts';
import { decideLock, isRecorded, lockFingerprint } from '../core/lock-rules.ts';
import type { LockDecision } from '../core/lock-rules.ts';
import { noteOrder } from '../core/order-record.ts';
import type { OrderRecord } from '../core/order-record.ts';
import { WHYS } from '../core/order-whys.ts';
import { orphansToAvoid } from '../core/orphans.ts';
import { unreachable } from '../core/result.ts';
import type { RowMap } from '../core/row-map.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { FoundNotes, LockOutcome, LockRequest } from '../protocol/seats-rpc.ts';
import type { SeatStore } from '../storage/seat-records.ts';
import type { AdmissionBook, SaleContext } from './context.ts';
import type { OrderBook } from './order-book.ts';
import type { Move } from './order-moves.ts';
import { viewHold } from './order-view.ts';
import { freeBeside, SeatFinder } from './seat-finder.ts';

/** Outcomes recorded for the commands of one call, by account and request. */
type Recorded = Map<string, { fingerprint: string; outcome: LockOutcome }>;

type SeatsLost = LockDecision & { ok: false; code: 'seats_unavailable' };
/** Questions for other seats whose answers are kept. */
const OTHERS_MAX = 1_000;

/** Locks: one synchronous block from question to stored answer, so that no two can interleave. */
export class OrderLocks {
  readonly #context: SaleContext;
  readonly #store: SeatStore;
  readonly #book: OrderBook;
  readonly #admissions: AdmissionBook;
  #others: { rows: RowMap | null; version: number; known: Map<string, readonly number[]> } = {
    rows: null,
    version: 0,
    known: new Map(),
  };

  constructor(
    context: SaleContext,
    parts: { store: SeatStore; book: OrderBook; admissions: AdmissionBook },
  ) {
    this.#context = context;
    this.#store = parts.store;
    this.#book = parts.book;
    this.#admissions = parts.admissions;
  }

  /**
   * Locks one after the other, each all its seats or none, and stores them together. The same `requestId`
   * returns the recorded outcome.
   */
  lockAll(requests: readonly LockRequest[]): LockOutcome[] {
    const recorded: Recorded = new Map();
    for (const row of this.#store.requests(requests)) {
      const { fingerprint } = row;
      recorded.set(keyOf(row), { fingerprint, outcome: row.outcome });
    }
    this.#book.sweep(this.#context.now());
    return this.#book.together(() => requests.map((request) => this.#lock(request, recorded)));
  }

  #lock(request: LockRequest, recorded: Recorded): LockOutcome {
    const { accountId, admissionId, requestId, seatIds = [], best } = request;
    const now = this.#context.now();
    const fingerprint = lockFingerprint(request);
    const known = recorded.get(keyOf(request));
    if (known !== undefined)
      return known.fingerprint === fingerprint
        ? known.outcome
        : { ok: false, code: 'request_reused' };

    const admission = this.#admissions.admission(accountId, admissionId);
    const replaced = this.#replaced(request);
    const finder = best === undefined ? null : new SeatFinder(this.#book, best, replaced ?? null);
    const decision = decideLock({
      now,
      settings: this.#context.definition.settings,
      admission: admission.state,
      hasHold: this.#book.hasLiveHold(admissionId),
      replaced,
      owned: this.#book.owned(accountId),
      seats: finder ?? seatIds.map((seatId) => this.#book.indexOf(seatId)),
      isFree: (index) => this.#book.table.isFree(index),
      orphans: (chosen, own) =>
        orphansToAvoid(this.#book.rows, freeBeside(this.#book, own), chosen),
    });
    let outcome: LockOutcome;
    const moves: Move[] = [];
    if (decision.ok) {
      const after = replaced
        ? this.#moved(replaced, decision.seats, now)
        : this.#newHold(request, decision.seats, now);
      moves.push({ before: replaced ?? null, after });
      const admittedUntil = admission.state === 'live' ? admission.until : now;
      const hold = viewHold(after, this.#book.seats, admittedUntil);
      outcome = { ok: true, hold, ...this.#told(finder) };
    } else outcome = this.#refusal(decision, seatIds);
    if (!isRecorded(decision)) return outcome;
    const record = { accountId, requestId, fingerprint, outcome, at: now };
    this.#book.commit(moves, now, { request: record });
    recorded.set(keyOf(request), { fingerprint, outcome });
    if (decision.ok && !replaced) this.#admissions.tookSeats(accountId, decision.seats.length);
    return outcome;
  }

  /** The hold to be replaced: null when there is none like it of this account and admission. */
  #replaced({ replaces, accountId, admissionId }: LockRequest): OrderRecord | null | undefined {
    if (replaces === undefined) return undefined;
    const order = this.#book.findByHold(replaces);
    return order?.accountId === accountId && order.admissionId === admissionId ? order : null;
  }

  /** The hold with other seats and the same end; what it keeps stays at the price it was held at. */
  #moved(hold: OrderRecord, seats: readonly number[], now: number): OrderRecord {
    const because = { at: now, actor: 'buyer', why: WHYS.seats_changed } as const;
    const prices = seats.map((index) => {
      const kept = hold.prices[hold.seats.indexOf(index)];
      return kept ?? this.#priceOf(index, hold.currency);
    });
    return noteOrder(hold, because, { seats, prices });
  }

  #newHold(request: LockRequest, seats: readonly number[], now: number): OrderRecord {
    const { definition } = this.#context;
    const id = timedId(now, this.#context.randomId());
    const currency = this.#book.categoryOf(seats[0] ?? -1).price.currency;
    return {
      orderId: ownedId('book', definition.eventId, id),
      holdId: ownedId('hold', definition.eventId, id),
      accountId: request.accountId,
      admissionId: request.admissionId,
      stage: 'hold',
      ordered: false,
      seats,
      prices: seats.map((index) => this.#priceOf(index, currency)),
      currency,
      createdAt: now,
      expiresAt: now + definition.settings.holdTtlMs,
      paymentIntentId: null,
      paymentProblem: null,
      confirmedAt: null,
      paid: null,
      offer: null,
      returned: [],
      refunds: [],
      filed: false,
      steps: [{ at: now, actor: 'buyer', stage: 'hold', why: WHYS.seats_locked, seats }],
    };
  }

  /** Minor units. */
  #priceOf(index: number, currency: string): number {
    const { price } = this.#book.categoryOf(index);
    if (price.currency !== currency)
      throw new Error('seats of one hold have prices in two currencies');
    return price.amount;
  }

  #refusal(decision: LockDecision & { ok: false }, seatIds: readonly SeatId[]): LockOutcome {
    switch (decision.code) {
      case 'unknown_seat':
      case 'duplicate_seat': {
        const named = decision.positions.map((position) => seatIds[position]);
        const known = named.filter((seatId) => seatId !== undefined);
        return { ok: false, code: decision.code, seatIds: known };
      }
      case 'orphan_seat':
        return {
          ok: false,
          code: 'orphan_seat',
          seatIds: this.#idsOf(decision.orphans),
          alternatives: this.#idsOf(decision.instead),
        };
      case 'seats_unavailable': {
        return {
          ok: false,
          code: 'seats_unavailable',
          seatIds: this.#idsOf(decision.lost),
          alternatives: this.#idsOf(this.#othersFor(decision)),
        };
      }
      case 'too_many_seats':
        return decision;
      case 'sale_not_open':
      case 'sale_closed':
      case 'not_admitted':
      case 'admission_expired':
      case 'hold_exists':
      case 'unknown_category':
      case 'unknown_section':
      case 'none_left':
      case 'hold_not_found':
      case 'hold_expired':
      case 'order_closed':
        return { ok: false, code: decision.code };
      default:
        return unreachable(decision);
    }
  }

  /** Of those who lose at the same moment many lose the same seats: it is looked once until a seat changes. */
  #othersFor(decision: Pick<SeatsLost, 'wanted' | 'lost'>): readonly number[] {
    const { rows, table } = this.#book;
    const key = `${decision.wanted.join()} ${decision.lost.join()}`;
    const stale = this.#others.rows !== rows || this.#others.version !== table.version;
    if (stale || this.#others.known.size >= OTHERS_MAX)
      this.#others = { rows, version: table.version, known: new Map() };
    const known = this.#others.known.get(key);
    if (known !== undefined) return known;
    const { refuseOrphans = false } = this.#context.definition.settings;
    const question = { ...decision, limit: LIMITS.alternatives, refuseOrphans };
    const found = nearestAlternatives(rows, this.#book, question);
    this.#others.known.set(key, found);
    return found;
  }

  /** What is told of seats that were found. */
  #told(finder: SeatFinder | null): { found?: FoundNotes } {
    const found = finder?.found ?? null;
    if (found === null) return {};
    return { found: { together: found.together, orphans: this.#idsOf(found.orphans) } };
  }

  #idsOf(indices: readonly number[]): SeatId[] {
    return indices.map((index) => this.#book.seats[index]?.id).filter((id) => id !== undefined);
  }
}

function keyOf({ accountId, requestId }: { accountId: string; requestId: string }): string {
  return `${accountId}\n${requestId}`;
}
