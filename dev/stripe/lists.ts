import type Stripe from 'stripe';
import type { Call } from './context.ts';
import { badParameter, resourceMissing } from './errors.ts';
import type { FormMap } from './form.ts';
import { integer, map, text } from './params.ts';
import type { Table } from './state.ts';

/** Stripe's page size: 10 unless asked, 100 at most (docs.stripe.com/api/pagination). */
const PAGE = { usual: 10, max: 100 } as const;

/** The `created` filter of lists: an exact second or `gt`, `gte`, `lt`, `lte`. */
export function createdFilter(form: FormMap): (createdSeconds: number) => boolean {
  if (form['created'] === undefined) return () => true;
  if (typeof form['created'] === 'string') {
    const exact = integer(form, 'created');
    return (created) => created === exact;
  }
  const range = map(form, 'created') ?? {};
  const bounds = {
    gt: integer(range, 'gt') ?? -Infinity,
    gte: integer(range, 'gte') ?? -Infinity,
    lt: integer(range, 'lt') ?? Infinity,
    lte: integer(range, 'lte') ?? Infinity,
  };
  return (created) =>
    created > bounds.gt && created >= bounds.gte && created < bounds.lt && created <= bounds.lte;
}

function limitOf(form: FormMap): number {
  const limit = integer(form, 'limit') ?? PAGE.usual;
  if (limit < 1 || limit > PAGE.max) {
    throw badParameter('Limit must be between 1 and 100.', 'limit', 'parameter_invalid_integer');
  }
  return limit;
}

function cursor<T extends { id: string }>(
  form: FormMap,
  name: 'ending_before' | 'starting_after',
  object: string,
  table: Table<T>,
): string | undefined {
  const id = text(form, name);
  if (id !== undefined && table.get(id) === undefined) throw resourceMissing(object, id, name);
  return id;
}

/** One page of a table, newest first; `render` answers undefined for rows that do not belong to the list. */
export function page<T extends { id: string }, R extends { id: string }>(
  call: Call,
  object: string,
  table: Table<T>,
  render: (row: T) => R | undefined,
): Stripe.ApiList<R> {
  const limit = limitOf(call.form);
  const after = cursor(call.form, 'starting_after', object, table);
  const before = cursor(call.form, 'ending_before', object, table);
  let started = after === undefined;
  const data: R[] = [];
  for (const row of table.newestFirst()) {
    if (before !== undefined && row.id === before) break;
    const rendered = started ? render(row) : undefined;
    if (rendered !== undefined) data.push(rendered);
    if (row.id === after) started = true;
    // With `ending_before` the page is the one next to the cursor, so everything before it is read.
    if (before === undefined && data.length > limit) break;
  }
  const hasMore = data.length > limit;
  const shown = before === undefined ? data.slice(0, limit) : data.slice(-limit);
  return { object: 'list', data: shown, has_more: hasMore, url: call.path };
}
