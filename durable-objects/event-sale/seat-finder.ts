import { bestAvailable } from '../core/best-available.ts';
import type { BestWish, Found } from '../core/best-available.ts';
import type { SeatSearch } from '../core/lock-rules.ts';
import type { OrderRecord } from '../core/order-record.ts';
import type { FreeSeats } from '../core/row-map.ts';
import type { OrderBook } from './order-book.ts';

/** Finds the seats of one wish, and remembers what there is to tell of them. */
export class SeatFinder implements SeatSearch {
  readonly size: number;
  found: Found | null = null;
  readonly #book: OrderBook;
  readonly #wish: BestWish;
  readonly #hold: OrderRecord | null;

  /** `hold` is the one to be replaced, null for none: its seats are free for this wish. */
  constructor(book: OrderBook, wish: BestWish, hold: OrderRecord | null) {
    this.size = wish.size;
    this.#book = book;
    this.#wish = wish;
    this.#hold = hold;
  }

  find(own: readonly number[]): ReturnType<SeatSearch['find']> {
    const { categoryId, section, others } = this.#wish;
    const { rows } = this.#book;
    if (categoryId !== undefined && !this.#book.hasCategory(categoryId)) return 'unknown_category';
    if (section !== undefined && !rows.rows.some((row) => row.section === section))
      return 'unknown_section';
    const mayTake = others === true ? this.#neverHad() : undefined;
    this.found = bestAvailable(rows, freeBeside(this.#book, own), this.#wish, mayTake);
    return this.found?.seats ?? 'none_left';
  }

  #neverHad(): (index: number) => boolean {
    const had = new Set((this.#hold?.steps ?? []).flatMap((step) => step.seats ?? []));
    return (index) => !had.has(index);
  }
}

/** The free seats, and with them `own`, which their holder gives up for others. */
export function freeBeside(book: OrderBook, own: readonly number[]): FreeSeats {
  if (own.length === 0) return book;
  const owned = new Set(own);
  const rowOf = (index: number) => book.rows.rowOf[index];
  return {
    isFree: (index) => book.isFree(index) || owned.has(index),
    freeInRow: (row) => book.freeInRow(row) + own.filter((index) => rowOf(index) === row).length,
  };
}
