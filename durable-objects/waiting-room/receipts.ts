import type { Batch, BatchGrant } from '../core/batch.ts';
import { batchTree } from '../core/fairness/merkle-sum.ts';
import type { SumTree } from '../core/fairness/merkle-sum.ts';
import { encodeReceipt } from '../core/fairness/receipt.ts';
import type { Fan } from '../core/fans.ts';
import type { RoomContext } from './context.ts';

/** Trees kept of a leaf's batches: those asked for last. One of a full batch has 140 KB and takes some ms to build. */
const TREES_KEPT = 64;

interface Entry {
  batch: Batch;
  grant: BatchGrant | null;
  token: string | null;
  signing: Promise<void> | null;
}

/**
 * What proves the places of a leaf's fans: for each batch one signature, made when it is first needed and
 * then kept, and one tree, kept while it is of use; for each fan only a path is read off.
 */
export class Receipts {
  readonly #context: RoomContext;
  readonly #entries = new Map<number, Entry>();
  /** By batch, the one used last at the end. */
  readonly #trees = new Map<number, SumTree>();

  constructor(context: RoomContext, known: readonly Batch[]) {
    this.#context = context;
    for (const batch of known) this.add(batch);
  }

  /** A batch as it was written down. */
  add(batch: Batch): void {
    const { grant } = batch;
    this.#entries.set(batch.batch, { batch, grant, token: null, signing: null });
  }

  /** The tree over the batch's fans; an unknown batch is a bug. */
  treeOf(batch: number): SumTree {
    return this.#treeOf(this.#entry(batch));
  }

  /** The parent's answer. */
  granted(batch: number, grant: BatchGrant): void {
    this.#entry(batch).grant = grant;
  }

  /** The parent refused it. */
  drop(batch: number): void {
    this.#entries.delete(batch);
    this.#trees.delete(batch);
  }

  /** Resolves once `of` has the receipts of a granted batch. */
  async sign(batch: number): Promise<void> {
    const entry = this.#entries.get(batch);
    if (entry === undefined || entry.grant === null || entry.token !== null) return;
    const { link, head } = entry.grant;
    entry.signing ??= this.#context
      .sign({ evt: this.#context.eventId, link, head })
      .then((token) => {
        entry.token = token;
        entry.signing = null;
        return undefined;
      });
    await entry.signing;
  }

  /** The fan's receipt, or null before the batch is signed. */
  of(fan: Fan): string | null {
    const entry = this.#entries.get(fan.batch);
    if (entry === undefined || entry.grant === null || entry.token === null) return null;
    return encodeReceipt(entry.token, this.#treeOf(entry).path(fan.index) + entry.grant.path);
  }

  #entry(batch: number): Entry {
    const entry = this.#entries.get(batch);
    if (entry === undefined) throw new Error(`no batch ${batch}`);
    return entry;
  }

  #treeOf({ batch }: Entry): SumTree {
    const tree = this.#trees.get(batch.batch) ?? batchTree(this.#context.eventId, batch.accounts);
    this.#trees.delete(batch.batch);
    this.#trees.set(batch.batch, tree);
    const [oldest] = this.#trees.keys();
    if (this.#trees.size > TREES_KEPT && oldest !== undefined) this.#trees.delete(oldest);
    return tree;
  }
}
