import { seatsEver } from '../core/plan-change.ts';
import type { Category, Seat } from '../core/plan.ts';
import { mapRows } from '../core/row-map.ts';
import type { RowMap } from '../core/row-map.ts';
import type { SaleDefinition } from '../core/sale.ts';
import { SEAT } from '../core/seat-table.ts';
import type { SeatRow } from '../core/seat-table.ts';

/** The seats of the sale's plan as they are looked up. */
export interface PlanInUse {
  /** With those that a change of the plan left out, which come last. */
  seats: readonly Seat[];
  /** How many of them are on sale. */
  onSale: number;
  rows: RowMap;
  /** By seat id. */
  indices: ReadonlyMap<string, number>;
  /** By id. */
  categories: ReadonlyMap<string, Category>;
  /** Counted by whoever keeps the seats. */
  freeInRow: Int32Array;
}

/** Expands the sale's plan. */
export function planInUse(definition: SaleDefinition): PlanInUse {
  const { seats, onSale } = seatsEver(definition);
  const rows = mapRows(onSale === seats.length ? seats : seats.slice(0, onSale));
  return {
    seats,
    onSale,
    rows,
    indices: new Map(seats.map((seat, index) => [seat.id, index])),
    categories: new Map(definition.categories.map((band) => [band.id, band])),
    freeInRow: new Int32Array(rows.rows.length),
  };
}

/** What is stored, and the seats that are not on sale any more as blocked: nobody may have one of them. */
export function* withLeftOut(
  stored: Iterable<SeatRow>,
  { seats, onSale }: PlanInUse,
  version: number,
): Iterable<SeatRow> {
  for (const row of stored) {
    if (row.index >= onSale && row.state !== SEAT.free)
      throw new Error(`seat ${row.index} is taken and not in the plan`);
    yield row;
  }
  for (let index = onSale; index < seats.length; index++)
    yield { index, state: SEAT.blocked, orderId: null, version };
}
