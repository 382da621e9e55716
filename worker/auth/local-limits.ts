import type { Window } from '../settings.ts';
import { standing, usesAt } from './sliding-window.ts';
import type { LimitAnswer, Uses } from './sliding-window.ts';

/** Keys that are counted before all are forgotten. */
const KEYS_MAX = 10_000;

/** Limits of this isolate alone, while Redis does not answer. Keys name their limit too; times are epoch ms. */
export class LocalLimits {
  readonly #records = new Map<string, Uses>();

  /** Counts one use of `key`. */
  take(key: string, window: Window, now: number): LimitAnswer {
    const uses = this.#usesOf(key, window, now);
    const answer = standing(uses, window, now);
    if (!answer.allowed) return answer;
    if (this.#records.size >= KEYS_MAX) this.#records.clear();
    this.#records.set(key, { ...uses, used: uses.used + 1 });
    return { ...answer, remaining: answer.remaining - 1 };
  }

  /** Whether one more use may be; counts none. */
  look(key: string, window: Window, now: number): LimitAnswer {
    return standing(this.#usesOf(key, window, now), window, now);
  }

  #usesOf(key: string, window: Window, now: number): Uses {
    return usesAt(this.#records.get(key) ?? null, window, now);
  }
}
