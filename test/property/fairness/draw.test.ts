import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { drawOf, SHUFFLE_BELOW } from '../../../durable-objects/core/fairness/draw.ts';
import { commitment, seedOf } from '../../../durable-objects/core/fairness/draw-seed.ts';
import { DrawStream } from '../../../durable-objects/core/fairness/draw-stream.ts';
import { feistel } from '../../../durable-objects/core/fairness/feistel.ts';
import { MAX_FANS } from '../../../durable-objects/core/fairness/merkle-sum.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });
const seeds = bytes32.map((bytes) => Buffer.from(bytes).toString('base64url'));

function mustBeBijective(
  count: number,
  forward: (n: number) => number,
  back: (n: number) => number,
): void {
  const seen = new Uint8Array(count);
  for (let place = 0; place < count; place++) {
    const order = forward(place);
    if (!Number.isInteger(order) || order < 0 || order >= count)
      throw new Error(`${place}: ${order}`);
    if (seen[order] === 1) throw new Error(`order ${order} twice`);
    seen[order] = 1;
    if (back(order) !== place) throw new Error(`${order} does not lead back to ${place}`);
  }
}

describe('the draw', () => {
  it('gives every place one order and every order one place, at any size', () => {
    const near = fc.integer({ min: SHUFFLE_BELOW - 3, max: SHUFFLE_BELOW + 3 });
    const sizes = fc.oneof(fc.nat({ max: 100 }), near, fc.nat({ max: 20_000 }));
    fc.assert(
      fc.property(seeds, sizes, (seed, count) => {
        const draw = drawOf(seed, count);
        mustBeBijective(count, draw.orderOf, draw.placeOf);
        assert.equal(draw.orderOf(count), count);
        assert.equal(draw.placeOf(count + 7), count + 7);
      }),
      { numRuns: 60 },
    );
  });

  it('has a network that is bijective at every small size, squares and beyond', () => {
    for (let count = 1; count <= 300; count++) {
      const stream = new DrawStream(new Uint8Array(32).fill(count));
      const { forward, back } = feistel(stream, count);
      expect(() => mustBeBijective(count, forward, back)).not.toThrow(Error);
    }
  });

  it('leads back from every order in lobbies of millions', () => {
    for (const count of [13_000_000, MAX_FANS]) {
      const draw = drawOf('A'.repeat(43), count);
      fc.assert(
        fc.property(fc.integer({ min: 0, max: count - 1 }), (place) => {
          const order = draw.orderOf(place);
          assert.ok(Number.isInteger(order) && order >= 0 && order < count);
          assert.equal(draw.placeOf(order), place);
        }),
        { numRuns: 2_000 },
      );
    }
  });

  it('is another one for another seed, and the same for the same', () => {
    const seed = 'A'.repeat(43);
    const other = `${'A'.repeat(42)}E`;
    const orders = (key: string, count: number) =>
      Array.from({ length: 50 }, (_, place) => drawOf(key, count).orderOf(place));
    for (const count of [60, 5_000]) {
      expect(orders(seed, count)).toEqual(orders(seed, count));
      expect(orders(other, count)).not.toEqual(orders(seed, count));
    }
  });

  it('takes no seed of another length and no count that is none', () => {
    for (const seed of ['', 'A'.repeat(42), 'A'.repeat(44), `${'A'.repeat(42)}B`])
      expect(() => drawOf(seed, 10)).toThrow(RangeError);
    for (const count of [-1, 1.5, Number.NaN, MAX_FANS + 1])
      expect(() => drawOf('A'.repeat(43), count)).toThrow(RangeError);
  });
});

describe('the stream', () => {
  it('favours no number where its words cannot be shared out evenly', () => {
    // Of 2^32 words a remainder by 3 × 2^30 would give those below 2^30 twice as many as the others.
    const stream = new DrawStream(new Uint8Array(32).fill(9));
    const thirds = [0, 0, 0];
    for (let i = 0; i < 30_000; i++) {
      const third = Math.floor(stream.below(3 * 2 ** 30) / 2 ** 30);
      thirds[third] = (thirds[third] ?? 0) + 1;
    }
    for (const count of thirds) assert.ok(Math.abs(count - 10_000) < 500, thirds.join());
  });

  it('stays below its bound, up to the largest', () => {
    fc.assert(
      fc.property(bytes32, fc.integer({ min: 1, max: 2 ** 32 }), (seed, bound) => {
        const stream = new DrawStream(seed);
        for (let i = 0; i < 20; i++) {
          const value = stream.below(bound);
          assert.ok(Number.isInteger(value) && value >= 0 && value < bound);
        }
      }),
    );
  });
});

describe('the seed', () => {
  it('depends on everything that it is made of', () => {
    const parts = fc.record({
      secret: seeds,
      lobbyRoot: seeds,
      lobbyCount: fc.nat(),
      randomness: bytes32.map((bytes) => Buffer.from(bytes).toString('hex')),
    });
    fc.assert(
      fc.property(parts, parts, (mine, theirs) => {
        const seed = seedOf(mine);
        assert.equal(seed, seedOf({ ...mine }));
        for (const part of ['secret', 'lobbyRoot', 'lobbyCount', 'randomness'] as const) {
          const changed = { ...mine, [part]: theirs[part] };
          assert.equal(seedOf(changed) === seed, theirs[part] === mine[part], part);
        }
        assert.equal(
          commitment(mine.secret) === commitment(theirs.secret),
          mine.secret === theirs.secret,
        );
      }),
    );
  });

  it('is not made of anything else', () => {
    const good = {
      secret: 'A'.repeat(43),
      lobbyRoot: 'A'.repeat(43),
      lobbyCount: 0,
      randomness: '00'.repeat(32),
    };
    const bad = [
      { secret: 'short' },
      { lobbyRoot: `${'A'.repeat(43)}=` },
      { lobbyCount: -1 },
      { lobbyCount: 2 ** 53 },
      { randomness: '00' },
      { randomness: 'zz'.repeat(32) },
    ];
    for (const part of bad) expect(() => seedOf({ ...good, ...part })).toThrow(Error);
  });
});
