import type { OrderRecord, OrderStage } from '../core/order-record.ts';
import type { Telemetry } from '../protocol/ports.ts';
import type { SaleContext } from './context.ts';

/** Most orders that one line names. */
const TOLD_MAX = 500;

const EVENT_OF_STAGE: Partial<Record<OrderStage, Parameters<Telemetry['record']>[0]['name']>> = {
  hold: 'held',
  paying: 'paying',
  paid: 'paid',
  offered: 'offered',
  confirmed: 'confirmed',
  expired: 'expired',
  cancelled: 'released',
  refunded: 'refunded',
};

/**
 * Tells the operators what orders do: one line a kind of step, however many take it together. A line each
 * was 9 µs of a lock. Who did what, and why, is in each order's history.
 */
export class StepLog {
  readonly #context: SaleContext;
  /** Orders whose step has not been told yet. */
  #stepped: OrderRecord[] = [];

  constructor(context: SaleContext) {
    this.#context = context;
  }

  /** The order has stepped to another stage. */
  add(order: OrderRecord): void {
    this.#stepped.push(order);
  }

  /** What was added and not told has not happened. */
  forget(): void {
    this.#stepped = [];
  }

  /** Tells all that was added. */
  tell(now: number): void {
    const stepped = this.#stepped;
    this.#stepped = [];
    for (const [stage, orders] of Map.groupBy(stepped, (order) => order.stage)) {
      const name = EVENT_OF_STAGE[stage];
      if (name === undefined) continue;
      this.#context.ports.telemetry.record({
        name,
        eventId: this.#context.definition.eventId,
        orderIds: orders.slice(0, TOLD_MAX).map((order) => order.orderId),
        count: orders.reduce((sum, { seats }) => sum + seats.length, 0),
        durationMs: orders.reduce((most, { createdAt }) => Math.max(most, now - createdAt), 0),
      });
    }
  }
}
