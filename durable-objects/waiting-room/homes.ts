import { ancestorOf, nextHome, redirect } from '../core/shard-plan.ts';
import type { AccountId } from '../core/ids.ts';
import type { Inheritance } from '../protocol/queue-rpc.ts';
import type { RoomStore } from '../storage/room-store.ts';
import { ask, within } from './ask.ts';
import type { Away } from './ask.ts';
import type { RoomContext } from './context.ts';
import type { Feed } from './feed.ts';
import { Pump } from './pump.ts';
import type { Roll } from './roll.ts';

/** `here`: this leaf's. A number: that leaf knows. `unknown`: this leaf must first ask. */
export type Home = 'here' | 'unknown' | number;

/** How long a call waits until this leaf knows what is its own, ms. */
const WAIT_MS = 3_000;

/**
 * Whose accounts this leaf answers for, while the tree grows. At the start each account has one leaf. A
 * leaf that is added takes over, once and whole, what its ancestor knows of the fans that are its own from
 * then on, before it gives its first place; the ancestor writes down that it has handed them over and
 * sends whoever asks for them on. So exactly one leaf may give an account a place at any time, whatever
 * number of leaves a caller still goes by.
 */
export class Homes {
  readonly #context: RoomContext;
  readonly #roll: Roll;
  readonly #feed: Feed;
  readonly #pump: Pump;
  readonly #handedOver: Set<number>;
  /** Leaves that have asked and are waiting: they get no new fans from here. Forgotten in a crash, with no harm. */
  readonly #closing = new Set<number>();
  #inherited: boolean;
  #waiting: PromiseWithResolvers<void> | null = null;

  constructor(context: RoomContext, store: RoomStore, roll: Roll, feed: Feed) {
    this.#context = context;
    this.#roll = roll;
    this.#feed = feed;
    this.#handedOver = roll.handedOver;
    this.#inherited = store.note('inherited') !== null;
    this.#pump = new Pump(context, {
      pending: () => this.#mustInherit,
      next: () => this.#inherit(),
    });
  }

  /** Where the account is at home. */
  of(accountId: AccountId): Home {
    const { leavesAtStart } = this.#feed;
    if (leavesAtStart === null) return 'unknown';
    const leaf = this.#context.index;
    const other = redirect(accountId, { leaf, leavesAtStart, handedOver: this.#handedOver });
    return other ?? (this.#mustInherit ? 'unknown' : 'here');
  }

  /** Where an account that has no place here may get one. */
  ofNewcomer(accountId: AccountId): Home {
    const home = this.of(accountId);
    const next = home === 'here' ? nextHome(accountId, this.#context.index) : null;
    return next !== null && this.#closing.has(next) ? next : home;
  }

  /** A leaf added after the start that has not taken over yet. */
  get #mustInherit(): boolean {
    const { leavesAtStart } = this.#feed;
    return !this.#inherited && leavesAtStart !== null && this.#context.index >= leavesAtStart;
  }

  /** Begins to take over, if there is something to take over. */
  start(): void {
    this.#pump.start();
  }

  /** Resolves when `of` no longer answers `unknown`, or when that will take too long. */
  async ready(): Promise<void> {
    await this.#feed.ready();
    if (!this.#mustInherit) return;
    this.start();
    this.#waiting ??= Promise.withResolvers<void>();
    await within(this.#context, WAIT_MS, this.#waiting.promise);
  }

  async #inherit(): Promise<Away | 'done'> {
    const { index } = this.#context;
    const ancestor = ancestorOf(index);
    if (ancestor === null) throw new Error('the first leaf has no ancestor');
    const answer = await ask(this.#context, () =>
      this.#context.leaf(ancestor).handOver({ to: index }),
    );
    if (!answer.ok) return answer;
    if (answer.value === 'not yet') return { ok: false, overloaded: false };
    this.#roll.inherit(answer.value);
    this.#inherited = true;
    this.#waiting?.resolve();
    this.#waiting = null;
    return 'done';
  }

  /**
   * Hands over to a leaf that was added. `busy` says whether something is under way here for one of its
   * accounts: then it must ask again, and meanwhile newcomers are sent on to it.
   */
  handOver(
    to: number,
    busy: (isTheirs: (accountId: AccountId) => boolean) => boolean,
  ): Inheritance | 'not yet' {
    const { index } = this.#context;
    if (ancestorOf(to) !== index) throw new Error(`leaf ${to} does not take over from ${index}`);
    const { leavesAtStart } = this.#feed;
    if (leavesAtStart === null || this.#mustInherit) {
      this.start();
      return 'not yet';
    }
    if (to < leavesAtStart) throw new Error(`leaf ${to} has been there from the start`);
    if (!this.#handedOver.has(to)) {
      this.#closing.add(to);
      if (busy((accountId) => nextHome(accountId, index) === to)) return 'not yet';
      this.#roll.handOver(to);
      this.#closing.delete(to);
    }
    return this.#roll.inheritanceOf(to);
  }
}
