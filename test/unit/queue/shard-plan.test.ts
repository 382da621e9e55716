import { describe, expect, it } from 'vitest';
import type { EventId } from '../../../durable-objects/core/ids.ts';
import {
  ancestorOf,
  DIRECT_LEAVES,
  FANS_PER_LEAF,
  isBelow,
  leafName,
  leafOf,
  LEAVES_PER_RELAY,
  nextHome,
  nodeOf,
  parentOf,
  planFor,
  relayName,
  relaysOf,
} from '../../../durable-objects/core/shard-plan.ts';
import { account } from './sale-fixture.ts';

const EVENT = 'big-event' as EventId;
const accounts = Array.from({ length: 20_000 }, (_, n) => account(n));

function parentOfLeaf(index: number): string | null {
  return parentOf({ eventId: EVENT, kind: 'leaf', index });
}

describe('the shard plan', () => {
  it('is one leaf for a small event and two thousand under 32 relays for 13 million fans', () => {
    expect([0, 1, 8_000].map((fans) => planFor(fans))).toEqual(
      Array.from({ length: 3 }, () => ({ leaves: 1, relays: 0 })),
    );
    expect(planFor(8_001)).toEqual({ leaves: 2, relays: 0 });
    expect(planFor(256_000)).toEqual({ leaves: 32, relays: 0 });
    expect(planFor(256_001)).toEqual({ leaves: 64, relays: 1 });
    expect(planFor(13_000_000)).toEqual({ leaves: 2_048, relays: 32 });
  });

  it.each([1, 9_000, 300_000, 1_000_000, 13_000_000])(
    'gives no node more than it is made for with %i fans',
    (fans) => {
      const { leaves, relays } = planFor(fans);
      expect(fans / leaves).toBeLessThanOrEqual(FANS_PER_LEAF);
      const children = new Map<string | null, number>();
      for (let index = 0; index < leaves; index++) {
        const parent = parentOfLeaf(index);
        children.set(parent, (children.get(parent) ?? 0) + 1);
      }
      const direct = (children.get(null) ?? 0) + relays;
      children.delete(null);
      expect([...children.keys()]).toEqual(
        Array.from({ length: relays }, (_, index) => relayName(EVENT, index)),
      );
      expect(direct).toBeLessThanOrEqual(DIRECT_LEAVES + LEAVES_PER_RELAY);
      for (const count of children.values()) expect(count).toBeLessThanOrEqual(LEAVES_PER_RELAY);
    },
  );

  it('puts a relay under EventSale, and a leaf where it stays', () => {
    expect(parentOf({ eventId: EVENT, kind: 'relay', index: 3 })).toBeNull();
    expect(parentOfLeaf(DIRECT_LEAVES - 1)).toBeNull();
    expect(parentOfLeaf(DIRECT_LEAVES)).toBe('big-event/relay/0');
    expect(parentOfLeaf(2_047)).toBe('big-event/relay/31');
    expect([1, 32, 33, 64, 65, 2_048].map(relaysOf)).toEqual([0, 0, 1, 1, 2, 32]);
  });

  it('reads names as it writes them, and no others', () => {
    expect(nodeOf(leafName(EVENT, 17))).toEqual({ eventId: EVENT, kind: 'leaf', index: 17 });
    expect(nodeOf(relayName(EVENT, 0))).toEqual({ eventId: EVENT, kind: 'relay', index: 0 });
    const others = ['', 'e', 'e/leaf', 'e/leaf/', 'e/leaf/01', 'e/leaf/1/2', 'E/leaf/1', 'e/x/1'];
    expect(others.filter((name) => nodeOf(name) !== null)).toEqual([]);
  });
});

describe('which leaf a fan belongs to', () => {
  it.each([1, 2, 8, 64])('spreads fans evenly over %i leaves', (leaves) => {
    const counts = Array.from({ length: leaves }, () => 0);
    for (const accountId of accounts) {
      const leaf = leafOf(accountId, leaves);
      counts[leaf] = (counts[leaf] ?? 0) + 1;
    }
    const expected = accounts.length / leaves;
    const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
    expect(chiSquare).toBeLessThan(leaves + 5 * Math.sqrt(2 * leaves));
  });

  it('moves fans only to the leaf that is added, and only from its one ancestor', () => {
    for (let leaves = 1; leaves < 40; leaves++) {
      const added = leaves;
      for (const accountId of accounts.slice(0, 2_000)) {
        const [before, after] = [leafOf(accountId, leaves), leafOf(accountId, leaves + 1)];
        if (before === after) continue;
        expect([before, after]).toEqual([ancestorOf(added), added]);
      }
    }
    expect(ancestorOf(0)).toBeNull();
  });

  it.each([
    [1, 2_048],
    [3, 100],
    [32, 1_000],
  ])(
    'is reached from where the fan was at %i leaves, one ancestor after the other',
    (start, end) => {
      for (const accountId of accounts.slice(0, 100)) {
        let home = leafOf(accountId, start);
        const strayed: number[] = [];
        for (let leaves = start + 1; leaves <= end; leaves++) {
          const next = nextHome(accountId, home);
          if (next !== null && next < leaves) {
            if (ancestorOf(next) !== home || !isBelow(accountId, next)) strayed.push(next);
            home = next;
          }
          if (leafOf(accountId, leaves) !== home) strayed.push(leaves);
        }
        expect(strayed).toEqual([]);
      }
    },
  );
});
