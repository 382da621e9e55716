import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { Random } from './random.ts';

/** How long messages take, ms: each way `least` plus an exponential rest. Assumed, and told with every report. */
export interface Latency {
  /** Between two objects, or an object and an outside service. */
  hop: { least: number; mean: number };
  /** Between a fan and an object, the Worker included. */
  fan: { least: number; mean: number };
  /** Until a write is durable and the output gate opens. */
  commit: { least: number; mean: number };
}

/** One message on its way; `lost` when its sender died before the gate opened. */
export interface Message {
  lost: boolean;
}

/** One end of a call: an object, or the world outside, which never dies. */
export interface Party {
  readonly name: string;
  /** Changes when it dies: what it waited for is for nobody then. */
  readonly life: number;
  /** Lets one event in; false when the party died of it before anything happened. */
  step(event: () => void): boolean;
  /** A request has reached it. */
  asked(): void;
  /** Whether it can be reached now. */
  reachable(): boolean;
  /** Takes note of a message going out; returns how long the output gate holds it, ms. */
  sending(message: Message): number;
  /** A call is being worked on; `failed` is called should the party die before it has answered. */
  working(failed: () => void): () => void;
}

/** What becomes of a call that has arrived. */
interface Outcomes<Answer> {
  answer: (value: Answer) => void;
  fail: (failure: Failure) => void;
  bug: (error: unknown) => void;
}

type Failure = 'lost' | 'overloaded' | 'silent';

/** The message of whoever cannot die. */
const ARRIVES: Message = { lost: false };

/** Carries calls between parties: late, lost, twice, out of order. Values arrive as copies. */
export class Network {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #faults: Faults;
  readonly #latency: Latency;
  /** In a large world messages are handed on as they are. */
  readonly copies: boolean;

  constructor(
    clock: Clock,
    random: Random,
    options: { faults: Faults; latency: Latency; copies: boolean },
  ) {
    this.#clock = clock;
    this.#random = random;
    this.#faults = options.faults;
    this.#latency = options.latency;
    this.copies = options.copies;
  }

  /** The time of one way. */
  delay(kind: 'hop' | 'fan'): number {
    const { least, mean } = this.#latency[kind];
    const usual = least + this.#random.exponential(mean);
    return this.#faults.roll('slow') ? usual + this.#random.between(500, 8_000) : usual;
  }

  /** The time of one message on a socket, for a fan whose network is `quality`, 0 to 1: always the same. */
  socketDelay(quality: number): number {
    const { least, mean } = this.#latency.fan;
    return this.#latency.commit.least + least - mean * Math.log(1 - quality);
  }

  /** How long a write takes to be durable. */
  commitMs(): number {
    const { least, mean } = this.#latency.commit;
    return least + this.#random.exponential(mean);
  }

  /** Calls `work` on `to` and brings its answer back to `from`, if nothing comes between. */
  call<Answer>(
    from: Party,
    to: Party,
    work: () => Answer | Promise<Answer>,
    kind: 'hop' | 'fan' = 'hop',
  ): Promise<Answer> {
    if (!this.#faults.possible) return this.#calm(from, to, work, kind);
    const { life } = from;
    return new Promise<Answer>((resolve, reject) => {
      let over = false;
      const fail = (failure: Failure): void => {
        over = true;
        if (failure === 'silent') return;
        this.#clock.after(this.delay(kind), () => {
          if (from.life === life) from.step(() => reject(errorOf(failure, this.#random)));
        });
      };
      const answer = (value: Answer): void => {
        over = true;
        if (this.#faults.roll('answer lost')) return fail('lost');
        const message = { lost: false };
        const held = to.sending(message);
        const copy = this.copies ? structuredCopy(value) : value;
        this.#clock.after(held + this.delay(kind), () => {
          if (!message.lost && from.life === life) from.step(() => resolve(copy));
        });
      };
      const message = { lost: false };
      const held = from.sending(message);
      if (this.#faults.roll('request lost')) return fail('lost');
      if (this.#faults.roll('no answer')) return fail('silent');
      const arrive = (): void => {
        // A late copy of a call that is over, or of one who died, may be met with an exception: nobody hears it.
        const bug = (error: unknown): void => {
          if (!over && from.life === life) this.#clock.fail(error);
        };
        if (!message.lost) this.#serve(to, work, { answer, fail, bug });
      };
      this.#clock.after(held + this.delay(kind), arrive);
      if (this.#faults.roll('twice')) {
        // A browser's request comes twice only while it waits: the Worker tries again, nobody else does.
        const lag = this.#random.between(0, kind === 'hop' ? 3_000 : 20);
        this.#clock.after(held + this.delay(kind) + lag, arrive);
      }
    });
  }

  /** The same where nothing fails and nobody dies: a few objects less for each of many million calls. */
  #calm<Answer>(
    from: Party,
    to: Party,
    work: () => Answer | Promise<Answer>,
    kind: 'hop' | 'fan',
  ): Promise<Answer> {
    const clock = this.#clock;
    return new Promise<Answer>((resolve) => {
      const bug = (error: unknown): void => clock.fail(error);
      const answer = (value: Answer): void => {
        const held = to.sending(ARRIVES);
        const copy = this.copies ? structuredCopy(value) : value;
        clock.after(held + this.delay(kind), () => from.step(() => resolve(copy)));
      };
      const serve = (): void => {
        try {
          const value = work();
          if (!(value instanceof Promise)) return answer(value);
          const finish = to.working(() => undefined);
          value.then((settled) => {
            finish();
            answer(settled);
          }, bug);
        } catch (error) {
          bug(error);
        }
      };
      clock.after(from.sending(ARRIVES) + this.delay(kind), () => {
        to.asked();
        to.step(serve);
      });
    });
  }

  #serve<Answer>(
    to: Party,
    work: () => Answer | Promise<Answer>,
    { answer, fail, bug }: Outcomes<Answer>,
  ): void {
    if (!to.reachable()) return fail('lost');
    if (this.#faults.roll('overloaded')) return fail('overloaded');
    to.asked();
    const alive = to.step(() => {
      let value: Answer | Promise<Answer>;
      try {
        value = work();
      } catch (error) {
        bug(error);
        return;
      }
      if (!(value instanceof Promise)) {
        answer(value);
        return;
      }
      const { life } = to;
      const finish = to.working(() => fail('lost'));
      value.then(
        (settled) => {
          if (to.life !== life) return;
          finish();
          answer(settled);
        },
        (error: unknown) => {
          if (to.life === life) finish();
          bug(error);
        },
      );
    });
    if (!alive) fail('lost');
  }
}

/** The other side did not answer: no bug of anybody's. */
export class Unanswered extends Error {}

/** As the runtime tells them: most may be tried again at once, some not. */
function errorOf(failure: Failure, random: Random): Error {
  const error = new Unanswered(
    failure === 'overloaded' ? 'the object is overloaded' : 'connection lost',
  );
  return Object.assign(error, {
    overloaded: failure === 'overloaded',
    retryable: failure === 'lost' && random.chance(0.5),
  });
}

/** A copy of plain data, as a message is one: cheaper than `structuredClone`, and as deep. */
export function structuredCopy<Value>(value: Value): Value {
  return copy(value) as Value;
}

function copy(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copy);
  if (value instanceof Uint8Array) return value.slice();
  const fields: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(value)) fields[name] = copy(field);
  return fields;
}
