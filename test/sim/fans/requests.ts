import type { FanPosition } from '../../../durable-objects/protocol/queue-rpc.ts';
import type { Surroundings } from '../actors/actor.ts';
import type { Heard, LeafActor } from '../actors/leaf.ts';
import type { ThinLeaf } from '../actors/thin-leaf.ts';
import { Bystander } from '../actors/outside.ts';
import { accountOf } from './accounts.ts';

/** What a fan's browser hears, and when it was said. */
export type Hear = (fan: number, heard: Heard, saidAt: number) => void;

/** The way from a fan to their leaf. */
export interface Leaves {
  /** The fan's leaf, if it is a thin one. */
  thin(fan: number): ThinLeaf | null;
  /** The leaf as a Worker would look it up now. */
  of(fan: number): LeafActor;
  at(index: number): LeafActor;
}

/** Leaves that a request is sent on to, at most. */
const HOPS_MAX = 12;

type Outcome = { ok: true } | { ok: false; code: string; leaf?: number; retryAfterMs?: number };

/** The requests of a fan's browser, through the Worker to the fan's leaf. One that fails says so once, or never. */
export class Requests {
  readonly #around: Surroundings;
  readonly #leaves: Leaves;
  readonly #hear: Hear;
  readonly #client = new Bystander('fan');

  constructor(around: Surroundings, leaves: Leaves, hear: Hear) {
    this.#around = around;
    this.#leaves = leaves;
    this.#hear = hear;
  }

  /** A page is loaded, and what it shows of the event. */
  load(): void {
    this.#around.meters.worker('page');
    this.#around.meters.worker('event');
  }

  /** Opens a socket; `opened` runs at the leaf that takes it, before it says welcome. */
  connect(fan: number, opened: (leaf: number) => void, from?: LeafActor, hops = 0): void {
    if (hops === 0) this.#around.meters.worker('live');
    this.#around.meters.add('object requests: leaf fetch');
    const thin = this.#leaves.thin(fan);
    if (thin !== null) {
      thin.asked();
      opened(thin.index);
      this.#around.meters.add('WebSocket messages out');
      return;
    }
    const leaf = from ?? this.#leaves.of(fan);
    this.#oneWay(leaf, () => {
      const home = leaf.desk.homeOf(accountOf(fan));
      if (typeof home === 'number') {
        if (hops < HOPS_MAX) this.connect(fan, opened, this.#leaves.at(home), hops + 1);
        return;
      }
      opened(leaf.index);
      void leaf.welcome(accountOf(fan));
    });
  }

  /** A message on the fan's socket, which is at `leaf`. */
  say(fan: number, leaf: number, type: 'leave' | 'claim'): void {
    this.#around.meters.add('WebSocket messages in');
    const thin = this.#leaves.thin(fan);
    if (thin !== null) {
      if (type === 'claim') thin.asked();
      thin[type](fan);
      return;
    }
    const actor = this.#leaves.at(leaf);
    this.#oneWay(actor, () => void actor.message(accountOf(fan), type));
  }

  /** `POST /api/queue/join`. */
  join(fan: number): void {
    this.#around.meters.worker('join');
    const accountId = accountOf(fan);
    this.#ask(fan, 'join', (leaf) => leaf.desk.join({ accountId }));
  }

  /** `GET /api/queue/position/…`: comes in when called. */
  position(fan: number): void {
    this.#around.meters.worker('position');
    const accountId = accountOf(fan);
    this.#ask(fan, 'position', (leaf) => leaf.rpc.position({ accountId, claim: true }));
  }

  /** `DELETE /api/queue/leave/…`. */
  leave(fan: number): void {
    this.#around.meters.worker('leave');
    const accountId = accountOf(fan);
    this.#ask(fan, 'leave', (leaf) => leaf.rpc.leave({ accountId }));
  }

  /** What comes back comes over the socket. */
  #oneWay(leaf: LeafActor, event: () => void): void {
    const { clock, network, faults } = this.#around;
    if (faults.roll('request lost')) return;
    clock.after(network.delay('fan'), () => {
      if (!leaf.reachable()) return;
      leaf.asked();
      leaf.step(event);
    });
  }

  #ask(
    fan: number,
    method: 'join' | 'position' | 'leave',
    work: (leaf: LeafActor) => Promise<Outcome>,
    from?: LeafActor,
    hops = 0,
  ): void {
    const { clock, network, meters } = this.#around;
    meters.tally('object requests: leaf ').add(method);
    const thin = this.#leaves.thin(fan);
    if (thin !== null) {
      thin[method](fan);
      return;
    }
    const leaf = from ?? this.#leaves.of(fan);
    const serve = async (): Promise<{ outcome: Outcome; saidAt: number }> => ({
      outcome: await work(leaf),
      saidAt: clock.now,
    });
    network
      .call(this.#client, leaf, serve, 'fan')
      .then(
        ({ outcome, saidAt }) => {
          const further = outcome.ok ? undefined : outcome.leaf;
          if (further !== undefined && hops < HOPS_MAX)
            this.#ask(fan, method, work, this.#leaves.at(further), hops + 1);
          else this.#hear(fan, heardAs(method, outcome), saidAt);
        },
        () => this.#hear(fan, { type: 'error', code: 'unavailable' }, clock.now),
      )
      .catch((error: unknown) => clock.fail(error));
  }
}

function heardAs(method: 'join' | 'position' | 'leave', outcome: Outcome): Heard {
  if (outcome.ok && 'position' in outcome)
    return { type: 'place', position: outcome.position as FanPosition };
  if (outcome.ok) return { type: 'left' };
  const { code, retryAfterMs } = outcome;
  const none = method === 'position' && code === 'not_in_queue';
  return none ? { type: 'place', position: null } : { type: 'error', code, retryAfterMs };
}
