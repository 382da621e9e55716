import { appendLink } from '../../../durable-objects/core/fairness/grant-chain.ts';
import type { ChainLink, ChainState } from '../../../durable-objects/core/fairness/grant-chain.ts';
import { batchTree } from '../../../durable-objects/core/fairness/merkle-sum.ts';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';

/** The event of the fairness tests. */
export const EVENT = 'fair-event' as EventId;

/** Account ids that are the same in every run. */
export function fans(count: number, from = 0): AccountId[] {
  return Array.from({ length: count }, (_, index) => {
    const digits = (from + index).toString(16).padStart(12, '0');
    return `00000000-0000-4000-8000-${digits}` as AccountId;
  });
}

/** Grants one batch of leaf after leaf, a second apart; `sizes` are the batches. */
export function grow(
  chain: ChainState,
  sizes: readonly number[],
  at = 1_000,
): { chain: ChainState; links: ChainLink[] } {
  const links: ChainLink[] = [];
  let state = chain;
  sizes.forEach((size, index) => {
    const { root } = batchTree(EVENT, fans(size, state.tail));
    const child = `${EVENT}/leaf/${index % 3}`;
    const grant = { at: at + index * 1_000, child, batch: state.length, count: root.count };
    const next = appendLink(state, { ...grant, root: root.hash });
    links.push(next.link);
    state = next.chain;
  });
  return { chain: state, links };
}
