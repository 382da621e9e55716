import type { FormMap } from './form.ts';
import type { Store } from './state.ts';
import type { Switches } from './switches.ts';
import type { StripeEventName, StripeEventObject } from './events.ts';

/** One API call after authentication and parsing. */
export interface Call {
  method: string;
  path: string;
  /** The `:id` of the path, or ''. */
  id: string;
  form: FormMap;
  caller: 'publishable' | 'secret';
  requestId: string;
  idempotencyKey: string | null;
  /** The stand-in's own address, for links it hands out. */
  baseUrl: string;
}

/** What handlers work with. */
export interface Context {
  store: Store;
  switches: Switches;
  /** Epoch ms. */
  now: () => number;
  /** Runs work later, unless the server is closed first. */
  later: (delayMs: number, work: () => void) => void;
  /** Records an event and starts its delivery. */
  emit: <T extends StripeEventName>(
    type: T,
    object: StripeEventObject<T>,
    cause: Pick<Call, 'idempotencyKey' | 'requestId'> | null,
  ) => void;
}

/** Stripe's timestamps are whole seconds. */
export function seconds(epochMs: number): number {
  return Math.floor(epochMs / 1000);
}
