import type { AccountId } from '../durable-objects/core/ids.ts';
import { leafOf } from '../durable-objects/core/shard-plan.ts';
import type { Moved } from '../durable-objects/protocol/queue-rpc.ts';
import { tryLater } from './problem.ts';

/** More leaves one after the other than an account can have had while the tree grew to 2,048. */
const HOPS_MAX = 12;
/** When to ask again if that was not enough, ms. */
const RETRY_AFTER_MS = 2_000;

type Settled<Outcome> = Exclude<Outcome, { ok: false } & Moved>;

/**
 * Calls the account's leaf. What we know of the number of leaves may be half a minute old, so a leaf that
 * is not, or no longer, the account's says which one to ask instead.
 */
export async function atOwnLeaf<Outcome extends { ok: boolean }>(
  accountId: AccountId,
  leaves: number,
  call: (leaf: number) => Promise<Outcome>,
): Promise<Settled<Outcome>> {
  let leaf = leafOf(accountId, leaves);
  for (let hop = 0; hop < HOPS_MAX; hop++) {
    const outcome = await call(leaf);
    if (!isMoved(outcome)) return outcome as Settled<Outcome>;
    leaf = outcome.leaf;
  }
  throw tryLater('overloaded', RETRY_AFTER_MS);
}

function isMoved(outcome: { ok: boolean; code?: unknown }): outcome is { ok: false } & Moved {
  return !outcome.ok && outcome.code === 'moved';
}
