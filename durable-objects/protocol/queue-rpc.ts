import type { BatchGrant } from '../core/batch.ts';
import type { Call } from '../core/calls.ts';
import type { ChainLink } from '../core/fairness/grant-chain.ts';
import type { AccountId } from '../core/ids.ts';
import type { Refused, Result } from '../core/result.ts';
import type { Tick } from '../core/tick.ts';

/** Where a fan stands by a leaf's last tick. `order` equals `place` except for a lobby that was drawn. */
export interface Standing {
  status: 'lobby' | 'waiting' | 'admitted';
  place: number;
  order: number;
  /** People ahead who have not left; 0 once called. In a lobby that is to be drawn: everybody else. */
  ahead: number;
  /** Expected wait, seconds, from the measured rate; null when it cannot be known (paused, not open). */
  etaSeconds: number | null;
  /** How soon a client without a socket should ask again, ms. */
  pollMs: number;
  joinedAt: number;
  /** Set when called: until when the fan may come in (claim), epoch ms. */
  claimUntil: number | null;
  /** Set when the admission was claimed. */
  admission: Admission | null;
}

/** What a fan is told of their place. */
export interface FanPosition extends Standing {
  /**
   * The signed receipt for the place (`core/fairness/receipt.ts`), the same for good. Null when it is not
   * at hand: one given before stays good. Answers to `joinAll` and `position` always have it.
   */
  receipt: string | null;
}

/** A claimed admission. A repeated claim by its owner returns the same one. */
export interface Admission {
  /** Unique; one live hold per admission. */
  admissionId: string;
  claimedAt: number;
  /** End of the time inside, epoch ms. */
  until: number;
}

/** The account belongs to another leaf: ask there. A caller's number of leaves may be old while the tree grows. */
export interface Moved {
  code: 'moved';
  leaf: number;
}

/** What a leaf answers to a join. */
export type JoinOutcome = Result<
  { position: FanPosition },
  | { code: 'rate_limited' | 'overloaded' | 'unavailable' | 'room_full'; retryAfterMs: number }
  | { code: 'event_not_found' | 'sale_closed' }
  | Moved
>;

/** What a leaf answers to a question about an account's own place. */
export type PositionOutcome = Result<
  { position: FanPosition },
  | Refused<'not_in_queue' | 'event_not_found'>
  | { code: 'overloaded' | 'unavailable'; retryAfterMs: number }
  | Moved
>;

/** What a leaf answers to one who leaves. */
export type LeaveOutcome = Result<
  object,
  | Refused<'not_in_queue' | 'event_not_found'>
  | { code: 'overloaded' | 'unavailable'; retryAfterMs: number }
  | Moved
>;

/** What a leaf that is added takes over: all that its ancestor knows of its fans. */
export type Inheritance = readonly InheritedBatch[];

/** The fans of one of the ancestor's batches: the accounts at `present` are taken over, with their admissions. */
export interface InheritedBatch {
  accounts: readonly AccountId[];
  at: number;
  grant: BatchGrant;
  present: readonly number[];
  admissions: readonly (readonly [index: number, admission: Admission])[];
}

/** WaitingRoom leaf, as the Worker calls it. Sockets arrive by `fetch` with `LIVE_HEADERS`. */
export interface WaitingRoomRpc {
  /** Gives each account its place, or the one it has; answers in their order. Counted against the join limit. */
  joinAll(request: { accountIds: readonly AccountId[] }): Promise<JoinOutcome[]>;
  /** Own place; with `claim`, one who is called comes in. */
  position(request: { accountId: AccountId; claim: boolean }): Promise<PositionOutcome>;
  /** Gives the place up for good. */
  leave(request: { accountId: AccountId }): Promise<LeaveOutcome>;
  /** The last tick seen, for clients without a socket. Null: no such event. */
  lastTick(): Promise<Tick | null>;
  /** From the parent: frames to send to every socket as they are. `seats` only goes to those who watch seats. */
  publish(frames: PublishedFrames): Promise<void>;
  /** From leaf `to`, which was added: its accounts are its own from then on. `not yet`: ask again soon. Idempotent. */
  handOver(request: { to: number }): Promise<Inheritance | 'not yet'>;
}

/** A relay: parent of its leaves, child of EventSale. */
export interface RelayRpc extends ParentRpc {
  /** The last tick seen. Null: no such event. */
  lastTick(): Promise<Tick | null>;
  /** From the parent: frames to pass on as they are. */
  publish(frames: PublishedFrames): Promise<void>;
}

/** Frames passed down the tree; strings are sent to sockets byte for byte. */
export interface PublishedFrames {
  tick?: Tick;
  /** A serialised `SeatsMessage`. */
  seats?: string;
}

/**
 * Headers by which the Worker hands a verified socket to a leaf: the account's id, the end of its access
 * token in epoch ms, and, set to anything, that the sale takes verified addresses only and this is none.
 */
export const LIVE_HEADERS = {
  account: 'x-onsale-account',
  tokenExpires: 'x-onsale-expires',
  mayNotJoin: 'x-onsale-may-not-join',
  /** In an answer of status 421: the leaf to ask instead. */
  leaf: 'x-onsale-leaf',
  /** In an answer of status 429: when the account may open a socket again, ms. */
  retryAfterMs: 'x-onsale-retry-after-ms',
} as const;

/** A range of places for one batch of one child; `(child, batch)` always gets the same range. */
export interface PlaceGrant {
  first: number;
  count: number;
}

/** A child's request for the places of one batch. */
export interface GrantRequest {
  /** The child's object name; the parent publishes ticks to it from then on. */
  child: string;
  /** Grows by one with each request that asks for places. */
  batch: number;
  count: number;
  /** Root hash of the sum tree over the batch's fans, 32 bytes, base64url; its count is `count`. */
  root: string;
}

/**
 * What the parent answers: the range, what a receipt needs, and the current tick, so that a fan's first
 * answer is right. `link` and `head` are EventSale's: its grant and the chain's head after it. `path`
 * leads from the request's root to the link's, empty where they are the same.
 */
export type GrantOutcome = Result<
  {
    grant: PlaceGrant;
    link: ChainLink;
    head: string;
    path: string;
    tick: Tick;
    joinLimit: { max: number; windowMs: number };
  },
  Refused<'event_not_found' | 'sale_closed'>
>;

/** What a child must know to tell its fans until when they may come in. */
export interface ClaimRules {
  claimWindowMs: number;
  graceMs: number;
  /** Calls whose time is not over, ascending. A child that finds a gap between ticks asks again. */
  calls: readonly Call[];
}

/** What a child knows its parent by: a relay, or EventSale itself. */
export interface ParentRpc {
  /** The range of `(child, batch)`; asked again, the same range. */
  grantPlaces(request: GrantRequest): Promise<GrantOutcome>;
  /** Places given up below the child; answered when EventSale knows of them. Idempotent. */
  reportLeft(request: { child: string; places: readonly number[] }): Promise<void>;
  /**
   * Current tick, and from now on ticks are published to `child`. Null: no such event; `away`: a relay
   * that has not heard from EventSale itself.
   */
  subscribe(request: { child: string }): Promise<Subscription | null | 'away'>;
}

/** What a child is told when it subscribes. */
export interface Subscription {
  tick: Tick;
  joinLimit: { max: number; windowMs: number };
  claims: ClaimRules;
  /** Leaves when the sale was first asked for: leaves added since take over from their ancestors. */
  leavesAtStart: number;
}

/** EventSale, the queue side. */
export interface SaleQueueRpc extends ParentRpc {
  /** The fan with this place comes in, if called and in time. Idempotent per account. */
  claimAdmission(request: {
    accountId: AccountId;
    place: number;
  }): Promise<
    Result<
      { admission: Admission },
      | { code: 'not_admitted' }
      | { code: 'admission_expired' }
      | { code: 'slots_full'; retryAfterMs: number }
    >
  >;
}
