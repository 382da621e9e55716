import type { OpenCall } from '../core/calls.ts';
import type { ChainLink } from '../core/fairness/grant-chain.ts';
import type { LobbyDraw } from '../core/fairness/lobby-draw.ts';
import type { AdmissionRow, LinkRow, QueueState, QueueStore } from './queue-store.ts';

/** The queue in memory, for the simulator and for tests. Copies on the way in and out, as a database does. */
export class MemoryQueueStore implements QueueStore {
  #state: QueueState | null = null;
  #draw: LobbyDraw | null = null;
  readonly #links: LinkRow[] = [];
  readonly #byBatch = new Map<string, LinkRow>();
  readonly #chunks = new Map<number, Uint8Array>();
  readonly #calls = new Map<number, OpenCall>();
  readonly #admissions = new Map<number, AdmissionRow>();
  readonly #children = new Set<string>();

  state(): QueueState | null {
    return this.#state === null ? null : { ...this.#state };
  }

  saveState(state: QueueState): void {
    this.#state = { ...state };
  }

  link(child: string, batch: number): LinkRow | null {
    return copyOf(this.#byBatch.get(`${child}\n${batch}`));
  }

  lastLink(): LinkRow | null {
    return copyOf(this.#links.at(-1));
  }

  addLink(row: LinkRow): void {
    const { seq, child, batch } = row.link;
    const key = `${child}\n${batch}`;
    if (this.#byBatch.has(key) || seq !== this.#links.length) {
      throw new Error(`granted before: ${seq} ${child} ${batch}`);
    }
    const kept = { link: { ...row.link }, head: row.head };
    this.#links.push(kept);
    this.#byBatch.set(key, kept);
  }

  links(from: number, limit: number): ChainLink[] {
    return this.#links.slice(from, from + limit).map(({ link }) => ({ ...link }));
  }

  draw(): LobbyDraw | null {
    return structuredClone(this.#draw);
  }

  saveDraw(draw: LobbyDraw): void {
    this.#draw = structuredClone(draw);
  }

  chunks(): { index: number; bits: Uint8Array }[] {
    return [...this.#chunks].map(([index, bits]) => ({ index, bits: bits.slice() }));
  }

  saveChunk(index: number, bits: Uint8Array): void {
    this.#chunks.set(index, bits.slice());
  }

  callsAfter(calledAt: number): OpenCall[] {
    return [...this.#calls.values()]
      .filter((call) => call.calledAt > calledAt)
      .map((call) => ({ ...call }))
      .sort((a, b) => a.first - b.first);
  }

  callHistory(stepMs: number): (readonly [number, number])[] {
    const steps = new Map<number, readonly [number, number]>();
    for (const { calledAt, end } of this.#calls.values()) {
      const step = Math.floor(calledAt / stepMs);
      const [at, cursor] = steps.get(step) ?? [0, 0];
      steps.set(step, [Math.max(at, calledAt), Math.max(cursor, end)]);
    }
    return [...steps.values()].sort(([, a], [, b]) => a - b);
  }

  saveCall(call: OpenCall): void {
    this.#calls.set(call.first, { ...call });
  }

  admission(place: number): AdmissionRow | null {
    const row = this.#admissions.get(place);
    return row === undefined ? null : { ...row };
  }

  saveAdmission(row: AdmissionRow): void {
    this.#admissions.set(row.place, { ...row });
  }

  liveAdmissions(now: number): AdmissionRow[] {
    return [...this.#admissions.values()]
      .filter((row) => row.endedAt === null && row.until > now)
      .map((row) => ({ ...row }))
      .sort((a, b) => a.until - b.until);
  }

  children(): string[] {
    return [...this.#children].sort();
  }

  addChild(child: string): void {
    this.#children.add(child);
  }
}

function copyOf(row: LinkRow | undefined): LinkRow | null {
  return row === undefined ? null : { link: { ...row.link }, head: row.head };
}
