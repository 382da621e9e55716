import type { LoadFan } from '../support/sale-fixture.ts';
import { ask, question } from './asking.ts';
import type { FanPools } from './fan-pools.ts';
import type { FanWorld } from './fan-world.ts';
import { Samples } from './samples.ts';

/** How often to ask when no answer says it, ms. */
const POLL_MS = 5_000;

/** Fans whose sockets do not get through: they join and look over HTTP, as often as they are asked to. */
export class Pollers {
  /** Milliseconds of a join over HTTP, beside the live ones. */
  readonly join = new Samples();
  readonly #world: FanWorld;
  readonly #pools: FanPools;
  readonly #places = new Map<LoadFan, number>();
  readonly #timers = new Set<NodeJS.Timeout>();
  readonly #looks = new Set<Promise<void>>();
  #ended = false;

  constructor(world: FanWorld, pools: FanPools) {
    this.#world = world;
    this.#pools = pools;
  }

  /** Fans with a place. */
  get size(): number {
    return this.#places.size;
  }

  async come(fan: LoadFan): Promise<void> {
    const from = performance.now();
    const body = { eventId: this.#world.eventId };
    const answer = await ask(
      this.#world,
      this.#pools.of(fan),
      question(fan, 'POST', '/api/queue/join', body),
      [200],
    );
    if (answer === null) return;
    this.join.add(performance.now() - from);
    this.#hear(fan, answer.body);
  }

  /** No further looks; resolves when those under way have their answers. */
  async end(): Promise<void> {
    this.#ended = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
    await Promise.all(this.#looks);
  }

  #hear(fan: LoadFan, body: string): void {
    const { place, pollMs } = JSON.parse(body) as { place: number; pollMs?: number };
    const { ledger } = this.#world;
    ledger.told({ account: fan.accountId, place }, this.#places.get(fan) ?? null);
    this.#places.set(fan, place);
    if (this.#ended) return;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      const look = this.#look(fan).finally(() => this.#looks.delete(look));
      this.#looks.add(look);
    }, pollMs ?? POLL_MS);
    this.#timers.add(timer);
  }

  async #look(fan: LoadFan): Promise<void> {
    const path = `/api/queue/position/${this.#world.eventId}?claim=false`;
    const answer = await ask(this.#world, this.#pools.of(fan), question(fan, 'GET', path), [200]);
    if (answer !== null) this.#hear(fan, answer.body);
  }
}
