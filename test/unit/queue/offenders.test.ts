import { describe, expect, it } from 'vitest';
import { Offenders } from '../../../durable-objects/core/offenders.ts';

describe('one who was cut off for what they sent', () => {
  it('stays out for the window, each time anew, and nobody else does', () => {
    const offenders = new Offenders(10_000);
    offenders.add('a', 1_000);
    expect([offenders.waitMs('a', 1_000), offenders.waitMs('b', 1_000)]).toEqual([10_000, 0]);
    expect([offenders.waitMs('a', 10_999), offenders.waitMs('a', 11_000)]).toEqual([1, 0]);
    offenders.add('a', 5_000);
    expect([offenders.waitMs('a', 14_999), offenders.waitMs('a', 15_000)]).toEqual([1, 0]);
  });

  it('is not kept out by a clock that stepped back', () => {
    const offenders = new Offenders(10_000);
    offenders.add('a', 50_000);
    expect(offenders.waitMs('a', 20_000)).toBe(0);
  });

  it('is forgotten when the time is over, and when there are too many', () => {
    const offenders = new Offenders(10_000);
    for (let n = 0; n < 500; n++) offenders.add(`early-${n}`, 0);
    offenders.add('late', 10_000);
    expect(offenders.size).toBe(1);
    for (let n = 0; n < 20_000; n++) offenders.add(`many-${n}`, 10_000);
    expect(offenders.size).toBe(10_000);
    expect(offenders.waitMs('late', 10_000)).toBe(0);
  });
});
