import type { BatchGrant, RelayBatch } from '../core/batch.ts';
import { MemoryNotes } from './notes.ts';
import type { RelayNote, RelayStore } from './relay-store.ts';

/** A relay's memory without a database, for the simulator and for tests. */
export class MemoryRelayStore extends MemoryNotes<RelayNote> implements RelayStore {
  readonly #batches = new Map<number, RelayBatch>();
  readonly #children = new Set<string>();

  batches(): RelayBatch[] {
    return [...this.#batches.values()]
      .map((batch) => structuredClone(batch))
      .sort((a, b) => a.batch - b.batch);
  }

  addBatch(batch: RelayBatch): void {
    if (this.#batches.has(batch.batch)) throw new Error(`written before: ${batch.batch}`);
    this.#batches.set(batch.batch, structuredClone(batch));
  }

  setGrant(batch: number, grant: BatchGrant): void {
    const known = this.#batches.get(batch);
    if (known !== undefined) this.#batches.set(batch, { ...known, grant: structuredClone(grant) });
  }

  dropBatch(batch: number): void {
    this.#batches.delete(batch);
  }

  children(): string[] {
    return [...this.#children].sort();
  }

  addChild(child: string): void {
    this.#children.add(child);
  }
}
