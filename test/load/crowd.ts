import type { LoadFan } from '../support/sale-fixture.ts';
import type { FanWorld } from './fan-world.ts';
import { LiveFan } from './live-fan.ts';

/** One in so many of those who are called never comes. */
const NO_SHOW = 3;
/** How often the arrivals are looked at, ms. */
const BEAT_MS = 5;

/** The fans with sockets. */
export class Crowd {
  readonly fans: LiveFan[] = [];
  readonly #world: FanWorld;

  constructor(world: FanWorld) {
    this.#world = world;
  }

  /**
   * Fans come one after the other, so many a second whether or not the server keeps up: who has to wait has
   * waited since they wished to come. Resolves when the last has set out.
   */
  async arrive(accounts: readonly LoadFan[], perSecond: number): Promise<void> {
    const from = performance.now();
    for (let index = 0; index < accounts.length;) {
      const due = Math.min(accounts.length, ((performance.now() - from) / 1000) * perSecond);
      for (; index < due; index++) {
        const account = accounts[index];
        if (account === undefined) break;
        const fan = new LiveFan(account, this.#world, index % NO_SHOW !== 0);
        this.fans.push(fan);
        fan.come(from + (index / perSecond) * 1000);
      }
      await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
    }
  }

  /** When all have what they came for; how many had not after `withinMs`. */
  async settled(withinMs: number): Promise<number> {
    const until = performance.now() + withinMs;
    for (;;) {
      const waiting = this.fans.reduce((count, fan) => count + (fan.isSettled ? 0 : 1), 0);
      if (waiting === 0 || performance.now() > until) return waiting;
      await new Promise((resolve) => setTimeout(resolve, BEAT_MS));
    }
  }

  /** Every `step`-th of those who wait and are connected, from `from` on. */
  pick(step: number, from: number): LiveFan[] {
    const waiting = this.fans.filter((fan) => fan.isOnline && fan.place !== null && !fan.isCalled);
    return waiting.filter((_, index) => index % step === from);
  }

  end(): void {
    for (const fan of this.fans) fan.end();
  }
}
