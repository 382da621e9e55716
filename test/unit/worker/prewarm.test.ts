import { describe, expect, it } from 'vitest';
import { leavesToWarm, WARM_MS } from '../../../worker/prewarm.ts';

const OPENS_AT = Date.UTC(2026, 0, 10, 12);
/** The cron's runs in the quarter of an hour before opening, a few seconds past each minute. */
const RUNS = Array.from({ length: 16 }, (_, n) => OPENS_AT - 15 * 60_000 + n * 60_000 + 4_000);

describe('the leaves that are woken before opening', () => {
  it.each([1, 7, 10, 64, 2_048])('are all of %i, each once, a tenth at a time', (leaves) => {
    const runs = RUNS.map((now) => leavesToWarm(OPENS_AT, leaves, now));
    const woken = runs.flat().sort((a, b) => a - b);
    expect(woken).toEqual(Array.from({ length: leaves }, (_, leaf) => leaf));
    const most = Math.max(...runs.map(({ length }) => length));
    expect(most).toBeLessThanOrEqual(Math.ceil(leaves / 10));
  });

  it('are none long before, and none once the sale is open', () => {
    expect(leavesToWarm(OPENS_AT, 64, OPENS_AT - WARM_MS - 1)).toEqual([]);
    expect(leavesToWarm(OPENS_AT, 64, OPENS_AT)).toEqual([]);
    expect(leavesToWarm(OPENS_AT, 64, OPENS_AT + 60_000)).toEqual([]);
  });

  it('begin with the first, so that a small sale is ready ten minutes before', () => {
    expect(leavesToWarm(OPENS_AT, 1, OPENS_AT - WARM_MS)).toEqual([0]);
    expect(leavesToWarm(OPENS_AT, 1, OPENS_AT - 60_000)).toEqual([]);
  });
});
