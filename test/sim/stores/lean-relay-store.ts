import { MemoryNotes } from '../../../durable-objects/storage/notes.ts';
import type { RelayNote, RelayStore } from '../../../durable-objects/storage/relay-store.ts';

/** A relay's memory in a run of millions without faults: batches are written and never asked for, so none is kept. */
export class LeanRelayStore extends MemoryNotes<RelayNote> implements RelayStore {
  readonly #children = new Set<string>();
  #written = false;

  batches(): [] {
    if (this.#written) throw new Error('batches of a run without faults are not kept');
    return [];
  }

  addBatch(): void {
    this.#written = true;
  }

  setGrant(): void {}

  dropBatch(): void {}

  children(): string[] {
    return [...this.#children];
  }

  addChild(child: string): void {
    this.#children.add(child);
  }
}
