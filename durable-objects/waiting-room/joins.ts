import type { Batch } from '../core/batch.ts';
import type { Fan } from '../core/fans.ts';
import type { AccountId } from '../core/ids.ts';
import { ask } from './ask.ts';
import type { Away } from './ask.ts';
import type { RoomContext } from './context.ts';
import type { Feed } from './feed.ts';
import { Pump } from './pump.ts';
import type { Roll } from './roll.ts';

/** How a batch ended for those who wait for it. After `overloaded` the batch stays and is asked for again. */
export type Settled =
  | { ok: true }
  | { ok: false; code: 'overloaded'; retryAfterMs: number }
  | { ok: false; code: 'event_not_found' | 'sale_closed' };

/** Most accounts of one batch: a row of at most 80 KB. */
const BATCH_ACCOUNTS = 2_000;
/** Most accounts without a place; beyond it a join is refused and not written down. */
const PENDING_ACCOUNTS = 20_000;
/** How long a join waits for its place before the fan is told to come back, ms. */
export const JOIN_WAIT_MS = 4_000;
const RETRY_AFTER_MS = 2_000;

/** Joins gathered while the request before was in flight. */
interface Cohort {
  /** Set once it is written down: from then on its accounts do not change. */
  written: Batch | null;
  accounts: AccountId[];
  /** Accounts to be told over their sockets if it takes too long. */
  live: Set<AccountId>;
  answer: { promise: Promise<Settled>; resolve: (settled: Settled) => void } | null;
  cancelWait: (() => void) | null;
}

/** Who hears of it. `failed`: only those who joined over a socket. */
export interface JoinListener {
  placed(fans: readonly Fan[]): void;
  failed(accounts: Iterable<AccountId>, settled: Settled & { ok: false }): void;
}

const OVERLOADED = { ok: false, code: 'overloaded', retryAfterMs: RETRY_AFTER_MS } as const;

/**
 * Turns joins into batches at the pace at which the parent answers: written down, asked for, placed,
 * told; one in flight. The parent gives a batch asked for again the same range.
 */
export class Joins {
  readonly #context: RoomContext;
  readonly #roll: Roll;
  readonly #feed: Feed;
  readonly #listener: JoinListener;
  /** Oldest first; they are written down in this order. */
  readonly #cohorts: Cohort[] = [];
  readonly #pending = new Map<AccountId, Cohort>();
  readonly #pump: Pump;

  constructor(context: RoomContext, roll: Roll, feed: Feed, listener: JoinListener) {
    this.#context = context;
    this.#roll = roll;
    this.#feed = feed;
    this.#listener = listener;
    this.#pump = new Pump(context, {
      pending: () => this.#cohorts.length > 0,
      next: () => this.#work(),
      gapMs: () => feed.askGapMs,
    });
    for (const batch of roll.unanswered) this.#reopen(batch);
  }

  #reopen(written: Batch): void {
    const cohort = newCohort();
    cohort.written = written;
    cohort.accounts = [...written.accounts];
    this.#cohorts.push(cohort);
    for (const accountId of written.accounts) {
      if (this.#roll.fans.get(accountId)?.batch === written.batch)
        this.#pending.set(accountId, cohort);
    }
  }

  /** Accounts that have asked and are not written down yet. */
  get unwritten(): number {
    return this.#cohorts.reduce(
      (sum, { written, accounts }) => sum + (written === null ? accounts.length : 0),
      0,
    );
  }

  /** Asks again for batches that were written down and not answered. */
  start(): void {
    this.#pump.start();
  }

  isPending(accountId: AccountId): boolean {
    return this.#pending.has(accountId);
  }

  /** Whether one of these accounts has asked and has no place yet. */
  hasPending(isMeant: (accountId: AccountId) => boolean): boolean {
    return [...this.#pending.keys()].some(isMeant);
  }

  /** Puts the account into the next batch, once; false when too many wait already. */
  enter(accountId: AccountId): boolean {
    if (this.#pending.has(accountId)) return true;
    if (this.#pending.size >= PENDING_ACCOUNTS) return false;
    let cohort = this.#cohorts.at(-1);
    if (!cohort || cohort.written !== null || cohort.accounts.length >= BATCH_ACCOUNTS) {
      cohort = newCohort();
      this.#cohorts.push(cohort);
    }
    cohort.accounts.push(accountId);
    this.#pending.set(accountId, cohort);
    this.#pump.start();
    return true;
  }

  /** Waits for the pending account's place, a bounded time. */
  settled(accountId: AccountId): Promise<Settled> {
    const cohort = this.#pending.get(accountId);
    if (cohort === undefined) return Promise.resolve({ ok: true });
    cohort.answer ??= Promise.withResolvers<Settled>();
    this.#limitWait(cohort);
    return cohort.answer.promise;
  }

  /** The pending account's sockets are told if it takes too long. */
  listen(accountId: AccountId): void {
    const cohort = this.#pending.get(accountId);
    if (cohort === undefined) return;
    cohort.live.add(accountId);
    this.#limitWait(cohort);
  }

  /** A pending account gives up before it has a place; `written` when its batch will be asked for all the same. */
  withdraw(accountId: AccountId): 'none' | 'unwritten' | 'written' {
    const cohort = this.#pending.get(accountId);
    if (cohort === undefined) return 'none';
    this.#pending.delete(accountId);
    cohort.live.delete(accountId);
    if (cohort.written !== null) return 'written';
    cohort.accounts = cohort.accounts.filter((other) => other !== accountId);
    return 'unwritten';
  }

  #limitWait(cohort: Cohort): void {
    cohort.cancelWait ??= this.#context.later(JOIN_WAIT_MS, () => {
      cohort.cancelWait = null;
      if (cohort.written === null && cohort.accounts.length > 0) this.#write(cohort);
      this.#tell(cohort, OVERLOADED);
    });
  }

  #tell(cohort: Cohort, settled: Settled): void {
    cohort.cancelWait?.();
    cohort.cancelWait = null;
    const { live } = cohort;
    cohort.live = new Set();
    cohort.answer?.resolve(settled);
    cohort.answer = null;
    if (!settled.ok && live.size > 0) this.#listener.failed(live, settled);
  }

  async #work(): Promise<Away | 'done'> {
    const [cohort] = this.#cohorts;
    if (cohort === undefined) return 'done';
    if (cohort.accounts.length === 0) {
      // Everybody in it has left again; whoever still waits for it finds no place.
      this.#cohorts.shift();
      this.#tell(cohort, { ok: true });
      return 'done';
    }
    const answer = await this.#ask(cohort, cohort.written ?? this.#write(cohort));
    if (!answer.ok) return answer;
    this.#cohorts.shift();
    this.#settle(cohort, answer.settled);
    return 'done';
  }

  #write(cohort: Cohort): Batch {
    cohort.written = this.#roll.write(cohort.accounts, this.#context.now());
    return cohort.written;
  }

  async #ask(
    cohort: Cohort,
    batch: Batch,
  ): Promise<{ ok: true; settled: 'placed' | 'event_not_found' | 'sale_closed' } | Away> {
    const { root } = this.#roll.receipts.treeOf(batch.batch);
    const request = {
      child: this.#context.name,
      batch: batch.batch,
      count: root.count,
      root: root.hash,
    };
    const answer = await ask(this.#context, () => this.#context.parent().grantPlaces(request));
    if (!answer.ok) return answer;
    const outcome = answer.value;
    if (!outcome.ok) return { ok: true, settled: outcome.code };
    const { link, head, path } = outcome;
    const { first, count } = outcome.grant;
    if (count !== batch.accounts.length) throw new Error('a range of another batch');
    const placed = this.#roll.grant(batch, { first, link, head, path });
    for (const { accountId } of placed) {
      if (this.#pending.get(accountId) === cohort) this.#pending.delete(accountId);
    }
    this.#feed.take(outcome.tick, outcome.joinLimit);
    void this.#tellPlaced(batch.batch, placed);
    return { ok: true, settled: 'placed' };
  }

  /** A fan is told the place with the receipt; the next batch does not wait for the signature. */
  async #tellPlaced(batch: number, placed: readonly Fan[]): Promise<void> {
    await this.#roll.receipts.sign(batch);
    this.#listener.placed(placed);
  }

  #settle(cohort: Cohort, settled: 'placed' | 'event_not_found' | 'sale_closed'): void {
    if (settled === 'placed') {
      this.#tell(cohort, { ok: true });
      return;
    }
    for (const accountId of cohort.accounts) {
      if (this.#pending.get(accountId) === cohort) this.#pending.delete(accountId);
    }
    if (cohort.written !== null) this.#roll.refuse(cohort.written);
    this.#tell(cohort, { ok: false, code: settled });
  }
}

function newCohort(): Cohort {
  return { written: null, accounts: [], live: new Set(), answer: null, cancelWait: null };
}
