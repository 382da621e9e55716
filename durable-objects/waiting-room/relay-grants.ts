import type { BatchGrant, RelayBatch, RelayPart } from '../core/batch.ts';
import { combine } from '../core/fairness/merkle-sum.ts';
import type { SumTree } from '../core/fairness/merkle-sum.ts';
import type { GrantOutcome, GrantRequest } from '../protocol/queue-rpc.ts';
import type { RelayStore } from '../storage/relay-store.ts';
import { ask } from './ask.ts';
import type { Away } from './ask.ts';
import type { NodeContext } from './context.ts';
import type { Feed } from './feed.ts';
import { Pump } from './pump.ts';

type Refusal = GrantOutcome & { ok: false };

/** One request of ours and the children's requests in it. */
interface Sum {
  /** Null until it is written down: from then on its parts do not change. */
  batch: number | null;
  parts: RelayPart[];
  grant: BatchGrant | null;
  /** Over the parts' roots; built when it is needed. */
  tree: SumTree | null;
  /** Answers given to children. */
  answers: number;
  /** The sums that its parts' children were in before. */
  before: Sum[];
  /** Children for which it is the last one written down: the others have their answer for good. */
  current: number;
  settled: PromiseWithResolvers<Refusal | null>;
}

/** A child's last request: the `index`-th part of `sum`. */
interface Last {
  sum: Sum;
  index: number;
}

/**
 * Adds up the children's requests while its own is in flight: written down, asked for, dealt out in the
 * order of the parts. A child has one request in flight and writes its answer down before the next, so
 * that a sum is forgotten as soon as each child in it has asked for more.
 */
export class RelayGrants {
  readonly #context: NodeContext;
  readonly #store: RelayStore;
  readonly #feed: Feed;
  readonly #pump: Pump;
  /** Oldest first; only the last may be unwritten. */
  readonly #open: Sum[] = [];
  readonly #last = new Map<string, Last>();
  #lastBatch: number;

  constructor(context: NodeContext, store: RelayStore, feed: Feed) {
    this.#context = context;
    this.#store = store;
    this.#feed = feed;
    const known = store.batches();
    this.#lastBatch = Math.max(known.at(-1)?.batch ?? 0, Number(store.note('refused') ?? 0));
    for (const batch of known) this.#restore(batch);
    this.#pump = new Pump(context, {
      pending: () => this.#open.length > 0,
      next: () => this.#work(),
      gapMs: () => feed.askGapMs,
    });
  }

  #restore({ batch, parts, grant }: RelayBatch): void {
    const sum = { ...newSum(), batch, parts: [...parts], grant, current: parts.length };
    if (grant === null) this.#open.push(sum);
    parts.forEach(({ child }, index) => {
      const before = this.#last.get(child);
      if (before !== undefined) before.sum.current -= 1;
      this.#last.set(child, { sum, index });
    });
  }

  /** Asks again for what was written down and not answered. */
  start(): void {
    this.#pump.start();
  }

  /** The child's range; waits for as long as the parent takes. */
  async grant(request: GrantRequest): Promise<GrantOutcome> {
    const { sum, index } = this.#partOf(request);
    const refused = sum.grant === null ? await sum.settled.promise : null;
    return refused ?? this.#answer(sum, index);
  }

  /** The part that was made of this request before, or a new one. */
  #partOf({ child, batch, count, root }: GrantRequest): Last {
    const known = this.#last.get(child);
    const part = known?.sum.parts[known.index];
    if (known !== undefined && part?.batch === batch) {
      if (part.count === count && part.root === root) return known;
      throw new Error(`another batch under the number ${batch} of ${child}`);
    }
    if (part !== undefined && part.batch > batch) {
      throw new Error(`${child} has asked for more than ${batch} since`);
    }
    const sum = this.#unwritten();
    const last = { sum, index: sum.parts.push({ child, batch, count, root }) - 1 };
    if (known !== undefined) sum.before.push(known.sum);
    this.#last.set(child, last);
    this.#pump.start();
    return last;
  }

  #unwritten(): Sum {
    const last = this.#open.at(-1);
    if (last !== undefined && last.batch === null) return last;
    const sum = newSum();
    this.#open.push(sum);
    return sum;
  }

  async #work(): Promise<Away | 'done'> {
    const [sum] = this.#open;
    if (sum === undefined) return 'done';
    const batch = sum.batch ?? this.#write(sum);
    const { root } = treeOf(sum);
    const request = { child: this.#context.name, batch, count: root.count, root: root.hash };
    const answer = await ask(this.#context, () => this.#context.parent().grantPlaces(request));
    if (!answer.ok) return answer;
    this.#open.shift();
    if (answer.value.ok) this.#deal(sum, batch, answer.value);
    else this.#refuse(sum, batch, answer.value);
    return 'done';
  }

  #write(sum: Sum): number {
    this.#lastBatch += 1;
    sum.batch = this.#lastBatch;
    this.#store.addBatch({ batch: sum.batch, parts: sum.parts, grant: null });
    sum.current = sum.parts.length;
    for (const before of sum.before) {
      before.current -= 1;
      if (before.current === 0 && before.batch !== null) this.#store.dropBatch(before.batch);
    }
    sum.before = [];
    return sum.batch;
  }

  #deal(sum: Sum, batch: number, outcome: GrantOutcome & { ok: true }): void {
    const { grant, link, head, path, tick, joinLimit } = outcome;
    if (grant.count !== treeOf(sum).root.count) throw new Error('a range of another batch');
    sum.grant = { first: grant.first, link, head, path };
    this.#store.setGrant(batch, sum.grant);
    this.#feed.take(tick, joinLimit);
    sum.settled.resolve(null);
  }

  #refuse(sum: Sum, batch: number, refused: Refusal): void {
    this.#store.dropBatch(batch);
    this.#store.setNote('refused', String(batch));
    sum.settled.resolve(refused);
  }

  #answer(sum: Sum, index: number): GrantOutcome {
    const { grant, parts } = sum;
    const { tick, joinLimit } = this.#feed;
    if (grant === null || tick === null) throw new Error('answered without an answer');
    const { link, head } = grant;
    const before = parts.slice(0, index).reduce((places, { count }) => places + count, 0);
    const own = { first: grant.first + before, count: parts[index]?.count ?? 0 };
    const path = treeOf(sum).path(index) + grant.path;
    sum.answers += 1;
    // Whoever asks again has it built again: the trees of all children's last requests were most of a relay's memory.
    if (sum.answers >= parts.length) sum.tree = null;
    return { ok: true, grant: own, link, head, path, tick, joinLimit };
  }
}

function newSum(): Sum {
  const settled = Promise.withResolvers<Refusal | null>();
  return {
    batch: null,
    parts: [],
    grant: null,
    tree: null,
    answers: 0,
    before: [],
    current: 0,
    settled,
  };
}

/** Built once its parts do not change any more. */
function treeOf(sum: Sum): SumTree {
  sum.tree ??= combine(sum.parts.map(({ root, count }) => ({ hash: root, count })));
  return sum.tree;
}
