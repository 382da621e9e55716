import { describe, expect, it } from 'vitest';
import { pollAfterMs, pollMs } from '../../../durable-objects/core/poll-pace.ts';
import type { SalePhase } from '../../../durable-objects/core/tick.ts';

/** Requests a second if everybody in line polled, the line in a thousand slices. */
function requests(
  waiting: number,
  phase: SalePhase,
  ratePerMinute: number,
  leaves: number,
): number {
  const tick = { phase, waiting, ratePerMinute, pollMs: pollMs(waiting, leaves) };
  let sum = 0;
  let from = 0;
  while (from < waiting) {
    const to = Math.min(waiting, Math.ceil(from * 1.01) + 1);
    // The nearest of a slice asks most often: more than the truth.
    sum += ((to - from) * 1_000) / pollAfterMs(tick, from);
    from = to;
  }
  return sum;
}

describe('polling', () => {
  it('keeps 13 million pollers under 150,000 requests a second at the worst moment', () => {
    let worst = 0;
    for (const phase of ['lobby', 'drawing', 'open', 'paused', 'sold_out'] as const) {
      for (const rate of [0, 1, 100, 1_500, 60_000, 1_000_000]) {
        worst = Math.max(worst, requests(13_000_000, phase, rate, 1_600));
      }
    }
    console.log(`13 million pollers: ${Math.round(worst)} requests a second at most`);
    expect(worst).toBeLessThan(150_000);
    expect(worst).toBeGreaterThan(90_000);
  });

  it.each([1_000, 30_000, 1_000_000, 13_000_000])(
    'never asks more of a line of %i than of its leaves can be asked',
    (waiting) => {
      const leaves = Math.ceil(waiting / 8_000);
      for (const rate of [1, 1_000, 100_000]) {
        const asked = requests(waiting, 'open', rate, leaves);
        expect(asked / leaves).toBeLessThan(750);
        expect(asked).toBeLessThan(150_000);
      }
    },
  );

  it('lets the nearest ask every two seconds, and the others the less often the farther back', () => {
    const waiting = 13_000_000;
    const tick = {
      phase: 'open',
      waiting,
      ratePerMinute: 1_500,
      pollMs: pollMs(waiting, 1_600),
    } as const;
    const asked = [0, 50, 1_000, 10_000, 100_000, 812_500, 12_999_999].map((ahead) =>
      pollAfterMs(tick, ahead),
    );
    expect(asked).toEqual(asked.toSorted((a, b) => a - b));
    expect(asked[0]).toBe(2_000);
    expect(asked[1]).toBe(2_000);
    expect(asked.at(-1)).toBe(130_000);
    expect(pollAfterMs({ ...tick, phase: 'paused' }, 0)).toBe(130_000);
  });

  it('asks every two seconds in a small line', () => {
    expect(pollMs(0, 1)).toBe(2_000);
    expect(pollMs(800, 1)).toBe(2_000);
    const tick = { phase: 'open', waiting: 800, ratePerMinute: 1, pollMs: 2_000 } as const;
    expect(pollAfterMs(tick, 799)).toBe(2_000);
  });
});
