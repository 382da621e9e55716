import { describe, expect, it } from 'vitest';
import {
  appendLink,
  genesis,
  isChainLink,
  verifyChain,
} from '../../../durable-objects/core/fairness/grant-chain.ts';
import type { Terms } from '../../../durable-objects/core/fairness/grant-chain.ts';
import type { EventId } from '../../../durable-objects/core/ids.ts';
import { EVENT, grow } from './fans.ts';

const draw = { commitment: 'A'.repeat(43), chainHash: '0f'.repeat(32), round: 7 };
const terms: Terms = { eventId: EVENT, opensAt: 5_000, draw };
const start = genesis(terms);
const { chain, links } = grow(start, [3, 1, 8, 2, 5]);

function altered(seq: number, change: object): typeof links {
  return links.map((link) => (link.seq === seq ? { ...link, ...change } : link));
}

describe('the chain of grants', () => {
  it('gives ranges that follow on from each other', () => {
    expect(links.map((link) => [link.seq, link.first, link.count])).toEqual([
      [0, 0, 3],
      [1, 3, 1],
      [2, 4, 8],
      [3, 12, 2],
      [4, 14, 5],
    ]);
    expect(chain).toMatchObject({ length: 5, tail: 19, at: 5_000 });
  });

  it('is verified from its terms and links alone, in one go or page by page', () => {
    expect(verifyChain(start, links)).toEqual({ ok: true, chain });
    const half = verifyChain(start, links.slice(0, 2));
    expect(half.ok && verifyChain(half.chain, links.slice(2))).toEqual({ ok: true, chain });
  });

  it('has another head for other terms', () => {
    const others: Terms[] = [
      { ...terms, eventId: 'fair-even' as EventId },
      { ...terms, opensAt: 5_001 },
      { ...terms, draw: null },
      { ...terms, draw: { ...draw, round: 8 } },
      { ...terms, draw: { ...draw, commitment: `B${'A'.repeat(42)}` } },
      { ...terms, draw: { ...draw, chainHash: '0e'.repeat(32) } },
    ];
    const heads = [terms, ...others].map((other) => genesis(other).head);
    expect(new Set(heads).size).toBe(heads.length);
  });

  it.each([
    ['a gap', altered(2, { first: 5 }), 'gap', 2],
    ['a batch put in front later', altered(1, { count: 2 }), 'overlap', 2],
    ['a batch taken out', links.toSpliced(3, 1), 'out_of_sequence', 3],
    [
      'two batches in the other order',
      links.with(1, links[2] ?? (altered(0, {})[0] as never)),
      'out_of_sequence',
      1,
    ],
    ['a time before the last one', altered(3, { at: 1 }), 'earlier_time', 3],
    ['one batch granted twice', altered(3, { batch: 0 }), 'batch_twice', 3],
    ['an empty range', altered(4, { count: 0 }), 'malformed', 4],
    ['half a place', altered(0, { count: 2.5 }), 'malformed', 0],
    ['a root of another length', altered(0, { root: 'AAAA' }), 'malformed', 0],
    ['a child without a name', altered(0, { child: '' }), 'malformed', 0],
  ])('finds %s', (_, changed, code, seq) => {
    expect(verifyChain(start, changed)).toEqual({ ok: false, code, seq });
  });

  it('shows in its head whatever else was altered', () => {
    const changes = [{ at: 3_500 }, { child: 'fair-event/leaf/9' }, { root: 'A'.repeat(43) }];
    for (const change of changes) {
      const outcome = verifyChain(start, altered(2, change));
      expect(outcome.ok && outcome.chain.head).not.toBe(chain.head);
      expect(outcome.ok && outcome.chain.tail).toBe(chain.tail);
    }
  });

  it('does not go back in time when the clock does', () => {
    const grant = { at: 10, child: 'fair-event/leaf/0', batch: 99, count: 1, root: 'A'.repeat(43) };
    expect(appendLink(chain, grant).link.at).toBe(chain.at);
  });

  it('tells links from junk', () => {
    expect(links.every(isChainLink)).toBe(true);
    const junk = [null, 7, 'link', [], {}, { ...links[0], seq: '0' }, { ...links[0], root: null }];
    expect(junk.some(isChainLink)).toBe(false);
  });
});
