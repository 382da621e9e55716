import type { AccountId } from '../../../durable-objects/core/ids.ts';
import type { Surroundings } from '../actors/actor.ts';
import type { Heard, LeafActor, Sockets } from '../actors/leaf.ts';
import { EVENT_MS, SOCKET_MS } from '../meters.ts';
import { fraction } from '../random.ts';
import { accountOf, fanOf } from './accounts.ts';
import type { Hear } from './requests.ts';
import { FLAG, type FanTable } from './table.ts';

/** A page whose socket is silent notices after so long, ms (web/src/live/connection.ts). */
const NOTICES_MS = 23_000;
/** A fan whose socket was shed connects again after so long, ms (durable-objects/protocol/limits.ts). */
const SHED_MS = { least: 2_000, most: 20_000 };
/** Sockets that a leaf gives up with each tick when their fans belong elsewhere (durable-objects/waiting-room/sockets.ts). */
const RELEASED_PER_TICK = 100;

/** The fans' ends of their sockets. */
export class FanSockets implements Sockets {
  /** The last tick that any leaf sent. */
  lastText = '';
  readonly #around: Surroundings;
  readonly #table: FanTable;
  readonly #seed: number;
  readonly #hear: Hear;
  /** Has the fan connect again, so long from now, ms. */
  readonly #reconnect: (fan: number, ms: number) => void;
  readonly #leaving = new Map<LeafActor, (accountId: AccountId) => boolean>();

  constructor(
    around: Surroundings,
    parts: {
      table: FanTable;
      seed: number;
      hear: Hear;
      reconnect: (fan: number, ms: number) => void;
    },
  ) {
    this.#around = around;
    this.#table = parts.table;
    this.#seed = parts.seed;
    this.#hear = parts.hear;
    this.#reconnect = parts.reconnect;
  }

  open(accountId: AccountId, leaf: LeafActor): boolean {
    const fan = fanOf(accountId);
    return this.#table.hasSocket(fan) && this.#table.home[fan] === leaf.index;
  }

  send(leaf: LeafActor, accountId: AccountId, heard: Heard): void {
    const { clock, network, faults, meters } = this.#around;
    const fan = fanOf(accountId);
    const message = { lost: false };
    leaf.sending(message);
    meters.add('WebSocket messages out', this.#table.tabs[fan] ?? 0);
    if (faults.roll('socket lost')) {
      this.#table.set(fan, FLAG.deaf, true);
      this.#reconnect(fan, NOTICES_MS);
    }
    const saidAt = clock.now;
    // A socket keeps its order: what it carries takes the same time for all messages to one fan.
    clock.after(network.socketDelay(fraction(this.#seed, fan)), () => {
      const { home } = this.#table;
      const gone = message.lost || !this.#table.hasSocket(fan) || home[fan] !== leaf.index;
      if (!gone && !this.#table.is(fan, FLAG.deaf)) this.#hear(fan, heard, saidAt);
    });
  }

  tick(leaf: LeafActor, text: string): void {
    const sockets = this.#table.socketsOf[leaf.index] ?? 0;
    this.#around.meters.add('WebSocket messages out', sockets);
    leaf.wake.note(this.#around.clock.now, EVENT_MS + sockets * SOCKET_MS);
    this.lastText = text;
    const isGone = this.#leaving.get(leaf);
    if (isGone !== undefined && !this.#letSomeGo(leaf, isGone)) this.#leaving.delete(leaf);
  }

  shed(leaf: LeafActor, accountId: AccountId): void {
    const fan = fanOf(accountId);
    if (this.#table.home[fan] === leaf.index) this.#letGo(fan);
  }

  #letGo(fan: number): void {
    this.#table.close(fan);
    this.#reconnect(fan, this.#around.random.between(SHED_MS.least, SHED_MS.most));
  }

  release(leaf: LeafActor, isGone: (accountId: AccountId) => boolean): void {
    this.#leaving.set(leaf, isGone);
  }

  /** Closes some sockets of fans who belong elsewhere; false when there are no more. */
  #letSomeGo(leaf: LeafActor, isGone: (accountId: AccountId) => boolean): boolean {
    let left = RELEASED_PER_TICK;
    for (const fan of this.#at(leaf)) {
      if (left === 0) return true;
      if (!isGone(accountOf(fan))) continue;
      left -= 1;
      this.#letGo(fan);
    }
    return false;
  }

  dropped(leaf: LeafActor): void {
    for (const fan of this.#at(leaf)) {
      this.#table.close(fan);
      this.#reconnect(fan, this.#around.random.between(400, 20_000));
    }
  }

  /** Fans with a socket at this leaf. */
  #at(leaf: LeafActor): number[] {
    const fans: number[] = [];
    if ((this.#table.socketsOf[leaf.index] ?? 0) === 0) return fans;
    for (let fan = 0; fan < this.#table.size; fan++)
      if (this.#table.hasSocket(fan) && this.#table.home[fan] === leaf.index) fans.push(fan);
    return fans;
  }
}
