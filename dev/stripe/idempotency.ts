import type { Call } from './context.ts';
import { StripeRefusal, badParameter } from './errors.ts';
import { canonicalForm } from './form.ts';
import type { KeptAnswer, Store } from './state.ts';

/** Stripe removes keys after at least 24 hours (docs.stripe.com/api/idempotent_requests). */
export const KEY_TTL_MS = 24 * 60 * 60 * 1000;
const KEY_MAX_LENGTH = 255;

/** What to do with a call that carries a key. */
export type Claim =
  | { kind: 'run'; finish: (answer: { status: number; body: string } | null) => void }
  | { kind: 'replay'; answer: KeptAnswer };

/**
 * Stripe's idempotency: the first call with a key runs, calls during it are refused with 409, later ones
 * get the kept answer if their endpoint and parameters are the same and `idempotency_error` if not.
 */
export class IdempotencyKeys {
  readonly #inFlight = new Map<string, string>();
  readonly #store: Store;
  readonly #now: () => number;

  constructor(store: Store, now: () => number) {
    this.#store = store;
    this.#now = now;
  }

  /** Claims the call's key, or throws the refusal. `finish(null)` frees the key without keeping an answer. */
  claim(call: Call): Claim {
    const key = call.idempotencyKey;
    if (key === null || call.method !== 'POST') return { kind: 'run', finish: () => undefined };
    if (key.length > KEY_MAX_LENGTH) {
      throw badParameter('Idempotency keys must be at most 255 characters long.');
    }
    const fingerprint = canonicalForm(call.form);
    if (this.#inFlight.has(key)) throw inUse(key);
    const kept = this.#store.kept.get(key);
    if (kept !== undefined && this.#now() - kept.at < KEY_TTL_MS) {
      checkSame(kept, call.path, fingerprint);
      return { kind: 'replay', answer: kept };
    }
    this.#inFlight.set(key, fingerprint);
    return {
      kind: 'run',
      finish: (answer) => {
        this.#inFlight.delete(key);
        if (answer === null) return;
        this.#store.kept.put({
          id: key,
          fingerprint,
          endpoint: call.path,
          requestId: call.requestId,
          at: this.#now(),
          ...answer,
        });
      },
    };
  }
}

function inUse(key: string): StripeRefusal {
  return new StripeRefusal(
    409,
    {
      type: 'invalid_request_error',
      code: 'idempotency_key_in_use',
      message: `There is currently another in-progress request using this Idempotent Key (that probably means you submitted twice, and the other request is still going through): ${key}. Please try again later.`,
    },
    false,
  );
}

function checkSame(kept: KeptAnswer, endpoint: string, fingerprint: string): void {
  if (kept.endpoint === endpoint && kept.fingerprint === fingerprint) return;
  const what =
    kept.endpoint === endpoint
      ? 'with the same parameters they were first used with'
      : `for the same endpoint they were first used for ('${endpoint}' vs '${kept.endpoint}')`;
  throw new StripeRefusal(
    400,
    {
      type: 'idempotency_error',
      message: `Keys for idempotent requests can only be used ${what}. Try using a key other than '${kept.id}' if you meant to execute a different request.`,
    },
    false,
  );
}
