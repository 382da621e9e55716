import type { AccountId, OrderId, RequestId, SeatId } from '../core/ids.ts';
import type { Money } from '../core/money.ts';
import type { OrderStanding } from '../core/sale-standing.ts';
import type { PlanDraft, PlanRefusal } from '../core/plan-change.ts';
import type { Refused, Result } from '../core/result.ts';
import type { SeatEvent } from '../core/seat-history.ts';
import type { Drift, PublicSeatStatus, RefundOutcome, Trouble } from './seats-rpc.ts';

/** Who commands, and why. `requestId` makes it safe to ask again: a repeat changes nothing and leaves no second trace. */
export interface OrganiserCommand {
  actor: AccountId;
  requestId: RequestId;
  why: string;
}

/** What an organiser can do to a sale. */
export type OrganiserDeed = 'pause' | 'resume' | 'plan' | 'refund';

/** One thing that an organiser did, as it is kept for good. */
export interface OrganiserAction {
  /** Counts from 1, by event. */
  seq: number;
  /** Epoch ms. */
  at: number;
  actor: AccountId;
  requestId: RequestId;
  deed: OrganiserDeed;
  /** What it was done to: the event's id, or an order's. */
  subject: string;
  why: string;
  details: Readonly<Record<string, unknown>>;
}

/** Some of an event's actions, newest first; `before` asks for the next page, null when that was all. */
export interface ActionPage {
  actions: readonly OrganiserAction[];
  before: number | null;
}

/** Where a sale stands: seats, orders and money, as the object has them. */
export interface SaleSummary {
  /** Epoch ms. */
  at: number;
  paused: boolean;
  planVersion: number;
  seats: Record<PublicSeatStatus, number>;
  /** Orders that are open or ever had money. */
  orders: OrderStanding['orders'];
  captured: Money;
  /** Given back, and on its way back. */
  refunded: Money;
  refunding: Money;
  /** Commands that Postgres does not have yet, refused ones included. */
  unfiled: number;
  troubles: number;
}

/** What becomes of a command that is carried out at once. */
export type CommandOutcome = Result<object, Refused<'event_not_found' | 'request_reused'>>;

/** What becomes of another plan. `unavailable`: Postgres does not answer, and nothing has changed. */
export type PlanOutcome = Result<
  { planVersion: number; seatCount: number },
  PlanRefusal | Refused<'event_not_found' | 'request_reused' | 'unavailable'>
>;

/** EventSale, the organiser's side. An action and its trace are stored together or not at all. */
export interface SaleOrganiserRpc {
  /** Paused: joins go on, nobody is called. */
  setPaused(request: OrganiserCommand & { paused: boolean }): Promise<CommandOutcome>;
  /**
   * Sells another plan from now on, at once and for all, unless seats that are somebody's are missing in it.
   * What is held stays at its price.
   */
  changePlan(request: OrganiserCommand & { draft: PlanDraft }): Promise<PlanOutcome>;
  /**
   * Gives a confirmed order back, whole or some of its seats: for what each was sold, never more than was
   * paid. The seats are free and their tickets void at once; the money follows, retried until it is there.
   * The buyer is told the reason. A `requestId` has its effect once, for good.
   */
  refundOrder(
    request: OrganiserCommand & {
      orderId: OrderId;
      /** Absent: all that was not given back yet. */
      seatIds?: readonly SeatId[] | undefined;
    },
  ): Promise<RefundOutcome>;
  /** Only looks. */
  summary(): Promise<Result<{ summary: SaleSummary }, Refused<'event_not_found'>>>;
  /** The object's books beside those of Postgres, as the last nudge found them; null before it. Only looks. */
  drift(): Promise<Result<{ drift: Drift | null }, Refused<'event_not_found'>>>;
  /** Orders that need a person; only looks, nudges nothing. */
  troubles(): Promise<Result<{ troubles: readonly Trouble[] }, Refused<'event_not_found'>>>;
  /** All that happened to a seat, oldest first; searched through, for people only. */
  seatHistory(request: {
    seatId: SeatId;
  }): Promise<
    Result<{ events: readonly SeatEvent[] }, Refused<'event_not_found' | 'unknown_seat'>>
  >;
  /** Actions before `before`, or the newest. */
  actions(request: {
    before: number | null;
  }): Promise<Result<{ page: ActionPage }, Refused<'event_not_found'>>>;
}
