import { extendedEnd, refusalByStage } from '../core/lock-rules.ts';
import { noteOrder, stepOrder } from '../core/order-record.ts';
import type { OrderRecord } from '../core/order-record.ts';
import { WHYS } from '../core/order-whys.ts';
import { unreachable } from '../core/result.ts';
import type { ExtendOutcome, OrderOutcome, SaleSeatsRpc } from '../protocol/seats-rpc.ts';
import type { SeatStore } from '../storage/seat-records.ts';
import type { AdmissionBook, SaleContext } from './context.ts';
import type { OrderBook } from './order-book.ts';
import type { OrderPayments } from './order-payments.ts';
import { viewHold, viewOrder } from './order-view.ts';

type Request<Method extends keyof SaleSeatsRpc> = Parameters<SaleSeatsRpc[Method]>[0];
type ReleaseOutcome = Awaited<ReturnType<SaleSeatsRpc['releaseHold']>>;

/**
 * What the owner of a hold may do with it: make it an order, make it last, give it up. A hold's id is the
 * key under which the first and the last may be repeated: they say what it has become, once and for all.
 */
export class OrderHolds {
  readonly #context: SaleContext;
  readonly #store: SeatStore;
  readonly #book: OrderBook;
  readonly #admissions: AdmissionBook;
  readonly #payments: OrderPayments;

  constructor(
    context: SaleContext,
    parts: {
      store: SeatStore;
      book: OrderBook;
      admissions: AdmissionBook;
      payments: OrderPayments;
    },
  ) {
    this.#context = context;
    this.#store = parts.store;
    this.#book = parts.book;
    this.#admissions = parts.admissions;
    this.#payments = parts.payments;
  }

  create(request: Request<'createOrder'>): OrderOutcome {
    const order = this.#own(request);
    if (order === null) return { ok: false, code: 'hold_not_found' };
    if (order.stage === 'expired') return { ok: false, code: 'hold_expired' };
    if (order.stage === 'cancelled') return { ok: false, code: 'hold_not_found' };
    if (order.stage !== 'hold') return { ok: true, order: viewOrder(order, this.#book.seats) };
    const because = { at: this.#context.now(), actor: 'buyer', why: WHYS.order_created } as const;
    const after = stepOrder(order, 'held', because, { ordered: true });
    this.#book.commit([{ before: order, after }], because.at);
    return { ok: true, order: viewOrder(after, this.#book.seats) };
  }

  /** Recorded under its `requestId`, since each time it is asked it may give more time. */
  extend(request: Request<'extendHold'>): ExtendOutcome {
    const { accountId, requestId, holdId } = request;
    const fingerprint = `extend ${holdId}`;
    const [known] = this.#store.requests([request]);
    if (known !== undefined)
      return known.fingerprint === fingerprint
        ? (known.outcome as ExtendOutcome)
        : { ok: false, code: 'request_reused' };

    const order = this.#own(request);
    if (order === null) return { ok: false, code: 'hold_not_found' };
    const refusal = refusalByStage(order.stage);
    if (refusal !== null) return { ok: false, code: refusal };
    const admission = this.#admissions.admission(accountId, order.admissionId);
    if (admission.state !== 'live') return { ok: false, code: 'admission_expired' };

    const now = this.#context.now();
    const { holdTtlMs } = this.#context.definition.settings;
    const { expiresAt } = order;
    const admittedUntil = admission.until;
    const end = extendedEnd({ now, expiresAt, holdTtlMs, admittedUntil });
    const because = { at: now, actor: 'buyer', why: WHYS.extended } as const;
    const after = end === expiresAt ? order : noteOrder(order, because, { expiresAt: end });
    const hold = viewHold(after, this.#book.seats, admittedUntil);
    const outcome = { ok: true, hold } as const;
    this.#book.commit(after === order ? [] : [{ before: order, after }], now, {
      request: { accountId, requestId, fingerprint, outcome, at: now },
    });
    return outcome;
  }

  /** A hold is given up at once; a payment only after its intent is cancelled. */
  async release(request: Request<'releaseHold'>): Promise<ReleaseOutcome> {
    const order = this.#own(request);
    if (order === null) return { ok: false, code: 'hold_not_found' };
    switch (order.stage) {
      case 'expired':
      case 'cancelled':
        return { ok: true };
      case 'hold':
      case 'held': {
        const because = { at: this.#context.now(), actor: 'buyer', why: WHYS.given_up } as const;
        const after = stepOrder(order, 'cancelled', because);
        this.#book.commit([{ before: order, after }], because.at);
        return { ok: true };
      }
      case 'paying': {
        const ended = await this.#payments.end(order, 'buyer', 'cancelled');
        if (!ended.ok) return ended;
        const { stage } = ended.order;
        return stage === 'cancelled' || stage === 'expired'
          ? { ok: true }
          : { ok: false, code: 'order_closed' };
      }
      case 'paid':
      case 'confirmed':
      case 'offered':
      case 'refunding':
      case 'refunded':
        return { ok: false, code: 'order_closed' };
      default:
        return unreachable(order.stage);
    }
  }

  /** The order of the hold, as it is now; null when it is nobody's or somebody else's. */
  #own({ accountId, holdId }: Request<'releaseHold'>): OrderRecord | null {
    this.#book.sweep(this.#context.now());
    const order = this.#book.findByHold(holdId);
    return order?.accountId === accountId ? order : null;
  }
}
