import { describe, expect, it } from 'vitest';
import { applySeats } from '../../../web/src/seat-map/seat-status.ts';

const statuses = () => ({ version: 7, codes: new Uint8Array(10) });

describe('live seat changes', () => {
  it('are applied when they follow the version known', () => {
    const known = statuses();
    const applied = applySeats(known, {
      v: 1,
      type: 'seats',
      from: 7,
      version: 9,
      changes: [
        [2, 'held'],
        [3, 'sold'],
      ],
    });
    expect(applied).toEqual({ kind: 'applied', lost: [2, 3] });
    expect(known.version).toBe(9);
    expect(Array.from(known.codes.slice(2, 4))).toEqual([1, 2]);
  });

  it('show a gap when something in between was missed, and change nothing', () => {
    const known = statuses();
    const message = { v: 1, type: 'seats', from: 8, version: 9, changes: [[2, 'held']] } as const;
    expect(applySeats(known, message)).toEqual({ kind: 'gap' });
    expect(known).toEqual(statuses());
  });

  it('are old news when the snapshot has them already', () => {
    const message = { v: 1, type: 'seats', from: 5, version: 7, changes: [[2, 'held']] } as const;
    expect(applySeats(statuses(), message)).toEqual({ kind: 'old' });
  });

  it('that overlap the snapshot are applied: the newest status is what counts', () => {
    const known = statuses();
    const message = { v: 1, type: 'seats', from: 5, version: 8, changes: [[4, 'sold']] } as const;
    expect(applySeats(known, message).kind).toBe('applied');
    expect(known.codes[4]).toBe(2);
  });
});
