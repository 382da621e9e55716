import {
  BrokenCircuitError,
  CircuitState,
  circuitBreaker,
  ConsecutiveBreaker,
  ExponentialBackoff,
  handleWhen,
} from 'cockatiel';
import type { CircuitBreakerPolicy } from 'cockatiel';

/** Failures in a row that open the circuit. */
const FAILURES = 5;
/** Pause before the first probe and the longest before a later one, ms; with jitter between. */
const PAUSE = { initialDelay: 1_000, maxDelay: 15_000 };
/** A probe that has said nothing for so long is lost with the request that made it, ms. */
const PROBE_MS = 10_000;

/** Whether calls go through (`closed`), are refused at once (`open`), or one is tried (`probing`). */
export type BreakerState = 'closed' | 'open' | 'probing';

/**
 * A circuit breaker around one outside service, for one isolate. Unlike the library's own, nobody waits
 * for another's probe: on Workers a promise of another request may never be kept.
 */
export class Breaker {
  readonly #isOutage: (error: unknown) => boolean;
  #policy: CircuitBreakerPolicy;
  #probedAt = 0;

  /** `isOutage` tells failures of the service from answers that merely say no. */
  constructor(isOutage: (error: unknown) => boolean = () => true) {
    this.#isOutage = isOutage;
    this.#policy = this.#make();
  }

  /** Runs `call`, or throws at once while the circuit is open; `isBroken` knows that error. */
  async run<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const { state } = this.#policy;
    if (state === CircuitState.HalfOpen) {
      if (Date.now() - this.#probedAt < PROBE_MS) throw new BrokenCircuitError();
      this.#policy = this.#make(this.#policy.toJSON());
    }
    if (this.#policy.state === CircuitState.Open) this.#probedAt = Date.now();
    return this.#policy.execute(call);
  }

  /** For `/healthz`. */
  get state(): BreakerState {
    switch (this.#policy.state) {
      case CircuitState.Closed:
        return 'closed';
      case CircuitState.HalfOpen:
        return 'probing';
      default:
        return 'open';
    }
  }

  #make(initialState?: unknown): CircuitBreakerPolicy {
    return circuitBreaker(handleWhen(this.#isOutage), {
      breaker: new ConsecutiveBreaker(FAILURES),
      halfOpenAfter: new ExponentialBackoff(PAUSE),
      ...(initialState === undefined ? {} : { initialState }),
    });
  }
}

/** Whether a call was refused because its circuit is open: it was not made. */
export function isBroken(error: unknown): boolean {
  return error instanceof BrokenCircuitError;
}
