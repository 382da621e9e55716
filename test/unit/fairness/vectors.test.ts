import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { checkPlace } from '../../../durable-objects/core/fairness/check-place.ts';
import { commitment, seedOf } from '../../../durable-objects/core/fairness/draw-seed.ts';
import type { SeedParts } from '../../../durable-objects/core/fairness/draw-seed.ts';
import { drawOf } from '../../../durable-objects/core/fairness/draw.ts';
import {
  appendLink,
  genesis,
  verifyChain,
} from '../../../durable-objects/core/fairness/grant-chain.ts';
import type { ChainLink, Terms } from '../../../durable-objects/core/fairness/grant-chain.ts';
import {
  batchTree,
  combine,
  fanHash,
  follow,
} from '../../../durable-objects/core/fairness/merkle-sum.ts';
import type { SumNode } from '../../../durable-objects/core/fairness/merkle-sum.ts';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { SAMPLE_FANS, sampleRecord, vectors } from './sample.ts';

interface MerkleVectors {
  eventId: EventId;
  fanHash: string;
  batches: { accounts: AccountId[]; root: SumNode; paths: Record<string, string> }[];
  relays: {
    batches: number[][];
    roots: SumNode[];
    root: SumNode;
    fan: { batch: number; index: number; path: string; offset: number };
  };
}

interface DrawVectors {
  seeds: { parts: SeedParts; commitment: string; seed: string }[];
  draws: { seed: string; count: number; orders: [number, number][]; all?: string }[];
}

const merkle = vectors('merkle') as MerkleVectors;
const { chains } = vectors('chain') as {
  chains: { terms: Terms; links: ChainLink[]; heads: string[] }[];
};
const { seeds, draws } = vectors('draw') as DrawVectors;

describe('the second implementation agrees', () => {
  const trees = merkle.batches.map(({ accounts }) => batchTree(merkle.eventId, accounts));

  it('on the tree of a batch, and on its paths', () => {
    expect(trees.length).toBeGreaterThan(5);
    expect(fanHash(merkle.eventId, merkle.batches[0]?.accounts[0] ?? ('' as AccountId))).toBe(
      merkle.fanHash,
    );
    expect(trees.map(({ root }) => root)).toEqual(merkle.batches.map(({ root }) => root));
    const paths = merkle.batches.map(({ paths }, batch) =>
      Object.keys(paths).map((index) => [index, trees[batch]?.path(Number(index))]),
    );
    expect(paths.map((list) => Object.fromEntries(list))).toEqual(
      merkle.batches.map((batch) => batch.paths),
    );
  });

  it('on the trees of relays, and on a path through them', () => {
    const { batches, roots, root, fan } = merkle.relays;
    const relays = batches.map((list) =>
      combine(list.flatMap((batch) => trees[batch]?.root ?? [])),
    );
    expect(relays.map((relay) => relay.root)).toEqual(roots);
    expect(combine(roots).root).toEqual(root);
    const accountId = merkle.batches[fan.batch]?.accounts[fan.index] ?? ('' as AccountId);
    const leaf = { hash: fanHash(merkle.eventId, accountId), count: 1 };
    expect(follow(leaf, fan.path)).toEqual({ ok: true, root, offset: fan.offset });
  });

  it('on every head of the chain', () => {
    expect(chains).toHaveLength(2);
    for (const { terms, links, heads } of chains) {
      let chain = genesis(terms);
      const ours = [chain.head];
      for (const { seq: _, first: __, ...grant } of links) {
        const next = appendLink(chain, grant);
        chain = next.chain;
        ours.push(chain.head);
      }
      expect(ours).toEqual(heads);
      expect(verifyChain(genesis(terms), links)).toEqual({ ok: true, chain });
    }
  });

  it('on commitments and seeds', () => {
    for (const { parts, ...wanted } of seeds) {
      expect({ commitment: commitment(parts.secret), seed: seedOf(parts) }).toEqual(wanted);
    }
  });

  it.each(draws)('on the draw of $count', ({ seed, count, orders, all }) => {
    const draw = drawOf(seed, count);
    expect(orders.map(([place]) => [place, draw.orderOf(place)])).toEqual(orders);
    expect(orders.map(([, order]) => draw.placeOf(order))).toEqual(orders.map(([place]) => place));
    const bytes = new DataView(new ArrayBuffer(all === undefined ? 0 : count * 4));
    for (let place = 0; place * 4 < bytes.byteLength; place++) {
      bytes.setUint32(place * 4, draw.orderOf(place));
    }
    const digest = createHash('sha256').update(bytes).digest('base64url');
    expect(digest).toBe(all ?? digest);
  });

  it('on receipts and the places they prove in a whole record', () => {
    for (const { account, place, order, receipt } of SAMPLE_FANS) {
      expect(checkPlace(sampleRecord(), receipt, account)).toMatchObject({
        ok: true,
        place,
        order,
      });
    }
    expect(SAMPLE_FANS).toHaveLength(5);
  });
});
