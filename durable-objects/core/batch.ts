import type { ChainLink } from './fairness/grant-chain.ts';
import type { AccountId } from './ids.ts';

/** A parent's answer to a batch as it is kept: the first place, and what proves it. See `GrantOutcome`. */
export interface BatchGrant {
  first: number;
  /** EventSale's grant, in which this batch is a part. */
  link: ChainLink;
  /** The chain's head right after the link. */
  head: string;
  /** Steps from the batch's root to the link's. */
  path: string;
}

/** One batch of a leaf as it is stored: its accounts in order, and the parent's answer once there is one. */
export interface Batch {
  batch: number;
  accounts: readonly AccountId[];
  /** Epoch ms. */
  at: number;
  grant: BatchGrant | null;
  /** Of a batch taken over from another leaf: the indices of those who came with it. Absent: all. */
  present?: readonly number[];
}

/** A child's batch inside one of a relay's. */
export interface RelayPart {
  /** The child's object name. */
  child: string;
  batch: number;
  count: number;
  /** Root hash of the sum tree over its fans. */
  root: string;
}

/** One batch of a relay as it is stored: the parts in the order in which the range is dealt to them. */
export interface RelayBatch {
  batch: number;
  parts: readonly RelayPart[];
  grant: BatchGrant | null;
}
