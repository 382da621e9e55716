import type { ParentRpc } from '../../../durable-objects/protocol/queue-rpc.ts';
import type { NodeContext } from '../../../durable-objects/waiting-room/context.ts';
import type { SaleFixture } from './sale-fixture.ts';

/** What becomes of one call from child to parent. */
export type Fate = 'ok' | 'lost' | 'reply lost' | 'twice' | 'overloaded' | 'retryable' | 'hangs';

/** Lets every promise that can go on do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

/** A leaf or relay over a `SaleFixture`'s clock, whose calls meet whatever `fate` says. */
export abstract class NodeFixture<Desk extends { start(): void }> {
  readonly name: string;
  readonly sale: SaleFixture;
  readonly #above: () => ParentRpc;
  fate: () => Fate = () => 'ok';
  calls: string[] = [];
  #later: { due: number; task: () => void }[] = [];
  #life = 0;
  wakeAt: number | null = null;
  #desk: Desk | null = null;

  constructor(name: string, sale: SaleFixture, above: () => ParentRpc) {
    this.name = name;
    this.sale = sale;
    this.#above = above;
  }

  protected abstract build(): Desk;

  /** The code as it runs now; the one before a restart lives on in nobody's memory. */
  get desk(): Desk {
    this.#desk ??= this.build();
    return this.#desk;
  }

  /** The object dies and wakes: memory is gone, calls in flight never come back, storage stays. */
  restart(): void {
    this.#life += 1;
    this.#later = [];
    this.#desk = this.build();
    this.#desk.start();
  }

  /** The object dies, and nobody asks it anything: only its alarm wakes it. */
  die(): void {
    this.#life += 1;
    this.#later = [];
    this.#desk = null;
  }

  /** Runs what is due by the sale's clock. */
  runDue(): void {
    const due = this.#later.filter((entry) => entry.due <= this.sale.now);
    this.#later = this.#later.filter((entry) => entry.due > this.sale.now);
    for (const { task } of due) task();
    if (this.wakeAt !== null && this.wakeAt <= this.sale.now) {
      this.wakeAt = null;
      this.desk.start();
    }
  }

  protected context(): NodeContext {
    const life = this.#life;
    return {
      name: this.name,
      now: () => this.sale.now,
      askGapMs: 0,
      random: () => 0.5,
      parent: () => this.#parent(),
      later: (delayMs, task) => {
        const entry = { due: this.sale.now + delayMs, task };
        if (life === this.#life) this.#later.push(entry);
        return () => {
          this.#later = this.#later.filter((other) => other !== entry);
        };
      },
      wakeAt: (at) => {
        this.wakeAt = at;
      },
    };
  }

  #parent(): ParentRpc {
    return {
      grantPlaces: (request) =>
        this.through(`grant ${request.batch}`, () => this.#above().grantPlaces(request)),
      reportLeft: (request) => this.through('left', () => this.#above().reportLeft(request)),
      subscribe: (request) => this.through('subscribe', () => this.#above().subscribe(request)),
    };
  }

  /** One call to another object: noted, and subject to `fate`. */
  protected async through<Value>(name: string, call: () => Promise<Value>): Promise<Value> {
    const life = this.#life;
    const fate = this.fate();
    this.calls.push(name);
    await settle();
    if (fate === 'hangs' || life !== this.#life) return new Promise(() => undefined);
    if (fate === 'overloaded') throw Object.assign(new Error('busy'), { overloaded: true });
    if (fate === 'retryable') throw Object.assign(new Error('moved'), { retryable: true });
    if (fate === 'lost') throw new Error('lost');
    const answer = call();
    if (fate === 'twice') void call().catch(() => undefined);
    const value = await answer;
    await settle();
    if (life !== this.#life) return new Promise(() => undefined);
    if (fate === 'reply lost') throw new Error('reply lost');
    return structuredClone(value);
  }
}

/** The outcome of `work`; meanwhile time passes for the sale and its nodes, as far as they wait for it. */
export async function meanwhile<Value>(
  sale: SaleFixture,
  nodes: readonly { runDue(): void }[],
  work: Promise<Value>,
): Promise<Value> {
  const outcome = { over: false };
  const ended = (): void => {
    outcome.over = true;
  };
  work.then(ended, ended);
  for (let rounds = 0; rounds < 100; rounds++) {
    if (outcome.over) break;
    await pass(sale, nodes, 250);
  }
  return work;
}

/** Moves the clock of the sale and of its nodes together, letting calls finish in between. */
export async function pass(
  sale: SaleFixture,
  nodes: readonly { runDue(): void }[],
  ms: number,
): Promise<void> {
  const stepMs = 250;
  for (let passed = 0; passed < ms; passed += stepMs) {
    sale.advance(Math.min(stepMs, ms - passed));
    for (const node of nodes) node.runDue();
    for (let i = 0; i < 4; i++) await settle();
  }
}
