import type { ChainLink } from '../../../durable-objects/core/fairness/grant-chain.ts';
import type { LinkRow } from '../../../durable-objects/storage/queue-store.ts';
import { MemoryQueueStore } from '../../../durable-objects/storage/queue-store-memory.ts';

/** The queue's memory in a run of millions without faults: of the chain's links only each child's last is kept, unless all are wanted for an audit. */
export class LeanQueueStore extends MemoryQueueStore {
  /** What SQLite would keep of the chain. */
  linkBytes = 0;
  readonly #chunkBytes = new Map<number, number>();
  readonly #last = new Map<string, LinkRow>();
  #newest: LinkRow | null = null;
  readonly #kept: ChainLink[] | null;

  constructor(keepsLinks: boolean) {
    super();
    this.#kept = keepsLinks ? [] : null;
  }

  override link(child: string, batch: number): LinkRow | null {
    const last = this.#last.get(child) ?? null;
    if (last !== null && last.link.batch > batch) throw new Error(`${child} asked for more since`);
    return last?.link.batch === batch ? last : null;
  }

  override lastLink(): LinkRow | null {
    return this.#newest;
  }

  override addLink(row: LinkRow): void {
    if (row.link.seq !== (this.#newest?.link.seq ?? -1) + 1)
      throw new Error(`granted before: ${row.link.seq}`);
    this.#newest = row;
    this.#kept?.push(row.link);
    this.#last.set(row.link.child, row);
    this.linkBytes += JSON.stringify(row).length;
  }

  override links(from: number, limit: number): ChainLink[] {
    if (this.#kept === null) throw new Error('links of a run without faults are not kept');
    return this.#kept.slice(from, from + limit);
  }

  /** Counted, not kept: copies of thousands of chunks a minute cost more than all the rest of a run. */
  override saveChunk(index: number, bits: Uint8Array): void {
    this.#chunkBytes.set(index, bits.length);
  }

  /** What SQLite would keep of the line itself: figures, and who has left, bit by bit. */
  lineBytes(): number {
    let bytes = JSON.stringify(this.state()).length;
    for (const length of this.#chunkBytes.values()) bytes += length;
    return bytes;
  }
}
