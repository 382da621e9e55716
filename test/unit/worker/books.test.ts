import { describe, expect, test } from 'vitest';
import type { EventId } from '../../../durable-objects/core/ids.ts';
import { NO_TALLY } from '../../../durable-objects/core/sale-tally.ts';
import { judgeBooks, recordBooks } from '../../../worker/books.ts';
import type { BookLook, BookRecord } from '../../../worker/books.ts';

const MINUTE = 60_000;

function look(event: string, at: number, explained: boolean): BookLook {
  const drift = { at, object: NO_TALLY, postgres: NO_TALLY, unfiled: 0, explained };
  return { eventId: event as EventId, drift };
}

/** The cron's looks, a minute apart. */
function minutes(...looks: BookLook[][]): BookRecord | null {
  let record: BookRecord | null = null;
  looks.forEach((each, minute) => {
    record = recordBooks(record, each, minute * MINUTE);
  });
  return record;
}

describe('books that differ', () => {
  test('are told when they have for minutes, since their first difference', () => {
    const record = minutes([look('a', 0, false)], [look('a', MINUTE, false)]);
    expect(judgeBooks(record, 2 * MINUTE)).toMatchObject({ ok: true, differing: 0, since: null });
    expect(judgeBooks(record, 3 * MINUTE)).toEqual({
      ok: false,
      comparedAt: MINUTE,
      differing: 1,
      since: 0,
    });
  });

  test('are forgotten with the first look at which they are the same', () => {
    const record = minutes([look('a', 0, false)], [look('a', 1, true)], [look('a', 2, false)]);
    expect(record?.differ).toEqual({ a: 2 });
  });

  test('are not forgotten because a sale says nothing, nor are those of another', () => {
    const silent = { eventId: 'a' as EventId, drift: null };
    const record = minutes(
      [look('a', 0, false), look('b', 0, true)],
      [silent, look('b', 9, false)],
    );
    expect(record?.differ).toEqual({ a: 0, b: 9 });
  });

  test('are forgotten with the sale', () => {
    expect(minutes([look('a', 0, false)], [])?.differ).toEqual({});
  });
});

test('books nobody looked at lately are not called different', () => {
  expect(judgeBooks(null, 0)).toEqual({ ok: true, comparedAt: null, differing: 0, since: null });
});
