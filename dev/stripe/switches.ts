import { z } from 'zod';

const count = z.number().int().min(0);
const scope = {
  /** HTTP method, upper case; absent: any. */
  method: z.enum(['DELETE', 'GET', 'POST']).optional(),
  // `*` stands for one segment: `/v1/payment_intents/*` also names each intent's own address.
  path: z.string().startsWith('/').optional(),
  /** Whose calls: the server's or the browser's; absent: both. */
  caller: z.enum(['publishable', 'secret']).optional(),
};
const fault = {
  ...scope,
  /** How many matching requests are hit next. */
  next: count.default(0),
  /** Chance, 0 to 1, that any other matching request is hit. */
  ratio: z.number().min(0).max(1).default(0),
};

const schema = z.strictObject({
  /** Added to each matching request while its idempotency key is in use. */
  delayMs: count.default(0),
  delayScope: z.strictObject(scope).default({}),
  /** Above 0, a confirmed payment is `processing` for so long before its outcome. */
  processingMs: count.default(0),
  /** The bank takes the money of an intent that is canceled already. */
  takesCanceled: z.boolean().default(false),
  fail: z
    .strictObject({
      ...fault,
      status: z.number().int().min(500).max(599).default(500),
      /** Does the work before failing: the caller cannot tell. */
      execute: z.boolean().default(false),
      /** Whether the failure is kept under the idempotency key; absent: only for 500, as Stripe does. */
      store: z.boolean().optional(),
    })
    .prefault({}),
  rateLimit: z.strictObject({ ...fault, retryAfterSeconds: count.default(1) }).prefault({}),
  /** Accepts the request, does nothing and never answers. */
  timeoutBefore: z.strictObject(fault).prefault({}),
  /** Does the work and never answers. */
  timeoutAfter: z.strictObject(fault).prefault({}),
  refunds: z
    .strictObject({
      /** When an asynchronous refund reaches its end. */
      settleMs: count.default(1000),
      /** Every refund begins `pending`, as slow banks do. */
      pendingFirst: z.boolean().default(false),
      /** So many refunds fail in the end, whatever the card. */
      failNext: count.default(0),
    })
    .prefault({}),
  webhook: z
    .strictObject({
      /** Only these event types are touched by the switches below; absent: all. */
      types: z.array(z.string()).optional(),
      delayMs: count.default(0),
      /** Extra copies of each delivery. */
      duplicate: count.max(20).default(0),
      /** Collects deliveries for `reorderWindowMs` and sends them last first. */
      reorder: z.boolean().default(false),
      reorderWindowMs: count.default(150),
      /** Never sent, never retried; listed as undelivered. */
      drop: z.boolean().default(false),
      /** First wait before a retry; doubles up to a minute. */
      retryBaseMs: count.min(1).default(500),
      maxAttempts: count.min(1).default(15),
      timeoutMs: count.min(1).default(10_000),
    })
    .prefault({}),
});

/** All switches with their present values. */
export type SwitchValues = z.output<typeof schema>;
/** A change: given fields replace, nested objects are merged. */
export type SwitchPatch = z.input<typeof schema>;
/** A request as the switches see it. */
export interface SwitchedRequest {
  method: string;
  path: string;
  caller: 'publishable' | 'secret';
}
/** The switchable faults of an answer. */
export type FaultName = 'fail' | 'rateLimit' | 'timeoutAfter' | 'timeoutBefore';

interface Scope {
  method?: string | undefined;
  path?: string | undefined;
  caller?: string | undefined;
}

function inScope(rule: Scope, request: SwitchedRequest): boolean {
  if (rule.method !== undefined && rule.method !== request.method) return false;
  if (rule.caller !== undefined && rule.caller !== request.caller) return false;
  if (rule.path === undefined) return true;
  const wanted = rule.path.split('/');
  const actual = request.path.split('/');
  return (
    wanted.length === actual.length &&
    wanted.every((part, index) => part === '*' || part === actual[index])
  );
}

/** The stand-in's fault switches: one set for a running server, changed in process or over `/_standin/switches`. */
export class Switches {
  #values: SwitchValues = schema.parse({});
  readonly #random: () => number;

  constructor(random: () => number = Math.random) {
    this.#random = random;
  }

  /** A copy of the present values. */
  get(): SwitchValues {
    return structuredClone(this.#values);
  }

  /** The present values themselves, for reading on hot paths. */
  get values(): Readonly<SwitchValues> {
    return this.#values;
  }

  /** Changes the given switches; throws a `ZodError` for unknown names and wrong values. */
  set(patch: SwitchPatch): SwitchValues {
    const merged: Record<string, unknown> = { ...this.#values };
    for (const [name, value] of Object.entries(patch)) {
      const before = merged[name];
      merged[name] =
        typeof value === 'object' && typeof before === 'object' ? { ...before, ...value } : value;
    }
    this.#values = schema.parse(merged);
    return this.get();
  }

  /** Everything off. */
  reset(): void {
    this.#values = schema.parse({});
  }

  /** Whether this request is hit by the fault; counts `next` down. */
  hits(name: FaultName, request: SwitchedRequest): boolean {
    const rule = this.#values[name];
    if (!inScope(rule, request)) return false;
    if (rule.next > 0) {
      rule.next -= 1;
      return true;
    }
    return rule.ratio > 0 && this.#random() < rule.ratio;
  }

  /** Whether the refund that begins now is to fail in the end; counts `failNext` down. */
  failsRefund(): boolean {
    const { refunds } = this.#values;
    if (refunds.failNext === 0) return false;
    refunds.failNext -= 1;
    return true;
  }

  /** Milliseconds to wait before this request is worked on. */
  delayFor(request: SwitchedRequest): number {
    return inScope(this.#values.delayScope, request) ? this.#values.delayMs : 0;
  }
}
