import { describe, expect, it } from 'vitest';
import { roomToExtend } from '../../../web/src/checkout/timer.ts';
import { shortageOf } from '../../../web/src/queue/shortage.ts';

describe('the warning that seats will run out', () => {
  it('comes when more people are ahead than seats are left, before anything was measured', () => {
    expect(shortageOf({ seatsLeft: 100, admitted: 0 }, 100, 1_000)).toBe('sure');
    expect(shortageOf({ seatsLeft: 100, admitted: 0 }, 99, 1_000)).toBeNull();
    expect(shortageOf({ seatsLeft: 0, admitted: 0 }, 0, 1_000)).toBeNull();
  });

  it('comes early where those before took many seats each', () => {
    // 300 people took 600 of 1,000 seats: two each, so 200 more take the rest.
    const tick = { seatsLeft: 400, admitted: 300 };
    expect(shortageOf(tick, 200, 1_000)).toBe('likely');
    expect(shortageOf(tick, 199, 1_000)).toBeNull();
  });

  it('does not judge by a few, nor without the number of seats', () => {
    expect(shortageOf({ seatsLeft: 800, admitted: 49 }, 700, 1_000)).toBeNull();
    expect(shortageOf({ seatsLeft: 400, admitted: 300 }, 200, undefined)).toBeNull();
  });
});

describe('a hold that nears its end', () => {
  it('can be made to last to the end of the admission, where that gives more than a moment', () => {
    expect(roomToExtend(60_000, 200_000)).toBe(140_000);
    expect(roomToExtend(60_000, 64_999)).toBe(0);
    expect(roomToExtend(60_000, 10_000)).toBe(0);
  });
});
