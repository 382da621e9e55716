import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  batchTree,
  combine,
  fanHash,
  follow,
  MAX_FANS,
  STEP_CHARS,
} from '../../../durable-objects/core/fairness/merkle-sum.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { EVENT, fans } from '../../unit/fairness/fans.ts';

const sizes = fc.array(fc.integer({ min: 1, max: 70 }), { minLength: 1, maxLength: 12 });
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';

function leaf(accountId: AccountId): { hash: string; count: number } {
  return { hash: fanHash(EVENT, accountId), count: 1 };
}

describe('the Merkle sum tree', () => {
  it('proves the index of every fan of a batch', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), (size) => {
        const batch = fans(size);
        const tree = batchTree(EVENT, batch);
        assert.equal(tree.root.count, size);
        batch.forEach((fan, index) => {
          const reached = follow(leaf(fan), tree.path(index));
          assert.deepEqual(reached, { ok: true, root: tree.root, offset: index });
        });
      }),
      { numRuns: 40 },
    );
  });

  it('adds up over leaves, relays and relays of relays', () => {
    fc.assert(
      fc.property(fc.array(sizes, { minLength: 1, maxLength: 6 }), (relays) => {
        let dealt = 0;
        const built = relays.map((batches) => {
          const trees = batches.map((size) => {
            const batch = fans(size, dealt);
            dealt += size;
            return { batch, tree: batchTree(EVENT, batch) };
          });
          return { trees, relay: combine(trees.map(({ tree }) => tree.root)) };
        });
        const top = combine(built.map(({ relay }) => relay.root));
        assert.equal(top.root.count, dealt);
        let place = 0;
        built.forEach(({ trees, relay }, upper) => {
          trees.forEach(({ batch, tree }, lower) => {
            for (const [index, fan] of batch.entries()) {
              const path = tree.path(index) + relay.path(lower) + top.path(upper);
              assert.deepEqual(follow(leaf(fan), path), {
                ok: true,
                root: top.root,
                offset: place,
              });
              place += 1;
            }
          });
        });
      }),
      { numRuns: 25 },
    );
  });

  it('proves no other place: an altered path, leaf or length misses the root', () => {
    const batch = fans(37);
    const tree = batchTree(EVENT, batch);
    const anyFan = fc.integer({ min: 0, max: 36 });
    fc.assert(
      fc.property(anyFan, fc.nat(), fc.nat({ max: 63 }), (index, where, digit) => {
        const path = tree.path(index);
        const at = where % path.length;
        const altered = path.slice(0, at) + DIGITS.charAt(digit) + path.slice(at + 1);
        const reached = follow(leaf(batch[index] ?? ('' as AccountId)), altered);
        const same = reached.ok && reached.root.hash === tree.root.hash;
        assert.equal(same && reached.root.count === 37, altered === path);
      }),
    );
    fc.assert(
      fc.property(anyFan, anyFan, (mine, theirs) => {
        const reached = follow(leaf(batch[mine] ?? ('' as AccountId)), tree.path(theirs));
        assert.equal(reached.ok && reached.root.hash === tree.root.hash, mine === theirs);
      }),
    );
    const shorter = follow(leaf(batch[5] ?? ('' as AccountId)), tree.path(5).slice(STEP_CHARS));
    expect(shorter.ok && shorter.root.hash).not.toBe(tree.root.hash);
  });

  it('refuses a path that is not of whole steps, canonical and bounded', () => {
    const [fan = leaf('' as AccountId)] = fans(1).map(leaf);
    const step = combine([fan, fan]).path(0);
    for (const path of ['A', step.slice(1), `${step}=`, step.replace(/./, '+'), step.repeat(65)]) {
      expect(follow(fan, path)).toEqual({ ok: false, code: 'bad_path' });
    }
    expect(follow({ ...fan, count: 0 }, step)).toEqual({ ok: false, code: 'bad_path' });
    expect(follow({ ...fan, hash: 'junk' }, step)).toEqual({ ok: false, code: 'bad_path' });
  });

  it('never lets counts run over: the operator cannot wrap a place round to the front', () => {
    const [fan = leaf('' as AccountId)] = fans(1).map(leaf);
    const full = { ...fan, count: MAX_FANS };
    expect(() => combine([full, fan])).toThrow(RangeError);
    const left = combine([{ ...fan, count: MAX_FANS - 1 }, fan]);
    expect(follow(fan, left.path(1))).toMatchObject({ ok: true, offset: MAX_FANS - 1 });
    expect(follow(fan, left.path(1) + left.path(1))).toEqual({ ok: false, code: 'bad_path' });
    const nobody = 'A'.repeat(STEP_CHARS);
    expect(follow(fan, nobody)).toEqual({ ok: false, code: 'bad_path' });
  });

  it('leaves a single root as it is, and knows the same fan by another hash at another event', () => {
    const batch = fans(2);
    const tree = batchTree(EVENT, batch);
    expect(combine([tree.root]).root).toEqual(tree.root);
    expect(combine([tree.root]).path(0)).toBe('');
    expect(fanHash(`${EVENT}-2` as typeof EVENT, batch[0] ?? ('' as AccountId))).not.toBe(
      fanHash(EVENT, batch[0] ?? ('' as AccountId)),
    );
  });
});
