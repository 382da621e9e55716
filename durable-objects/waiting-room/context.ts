import type { AccountId, EventId } from '../core/ids.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import type {
  FanPosition,
  ParentRpc,
  SaleQueueRpc,
  WaitingRoomRpc,
} from '../protocol/queue-rpc.ts';
import type { TokenClaims } from '../protocol/tokens.ts';

/** The world as leaf and relay need it. The object makes it from the platform; a simulator makes its own. */
export interface NodeContext {
  /** The object's name: its batches and its subscription go by it. */
  readonly name: string;
  now(): number;
  /** Least time between two requests of one kind to the parent, ms, even where the sale's size asks for none. */
  readonly askGapMs: number;
  /** 0 ≤ r < 1; for back-off only. */
  random(): number;
  /** A relay or EventSale; a fresh stub each time: one that saw an exception may stay broken. */
  parent(): ParentRpc;
  /** Runs `task` after `delayMs` unless the object dies first or the returned function is called. */
  later(delayMs: number, task: () => void): () => void;
  /** Wakes the object at `at` at the latest, even if it died in between. */
  wakeAt(at: number): void;
}

/** What a leaf needs besides. */
export interface RoomContext extends NodeContext {
  readonly eventId: EventId;
  /** The leaf's number. */
  readonly index: number;
  /** EventSale itself, whatever is between: a fresh stub each time. */
  sale(): Pick<SaleQueueRpc, 'claimAdmission'>;
  /** Another leaf of the event; a fresh stub each time. */
  leaf(index: number): Pick<WaitingRoomRpc, 'handOver'>;
  /** Signs the grant of a batch: a token of the kind `receipt`. */
  sign(claims: TokenClaims['receipt']): Promise<string>;
}

/** What a relay needs besides. */
export interface RelayContext extends NodeContext {
  /** A child by its object name; a fresh stub each time. */
  child(name: string): Pick<WaitingRoomRpc, 'publish'>;
}

/** Who hears what happens in the leaf: the sockets. Sends never throw and never wait. */
export interface Audience {
  /** Whether anybody listens for this account. */
  has(accountId: AccountId): boolean;
  place(accountId: AccountId, position: FanPosition): void;
  left(accountId: AccountId): void;
  /** These accounts belong to another leaf now: their sockets are asked to connect again, a few with each tick. */
  release(isGone: (accountId: AccountId) => boolean): void;
  error(accountId: AccountId, code: ErrorCode, retryAfterMs?: number): void;
  /**
   * There is a newer tick: `text` gives the newest, serialised, whenever it is asked. Where there are many,
   * those who `mayWait` hear every second one.
   */
  tick(text: () => string, mayWait?: (accountId: AccountId) => boolean): void;
  /** A serialised `SeatsMessage`, for those who watch. */
  seats(text: string): void;
}
