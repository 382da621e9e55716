import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import type { FanPosition, SaleQueueRpc } from '../../../durable-objects/protocol/queue-rpc.ts';
import { MemoryRoomStore } from '../../../durable-objects/storage/room-store-memory.ts';
import type { Audience, RoomContext } from '../../../durable-objects/waiting-room/context.ts';
import { RoomDesk } from '../../../durable-objects/waiting-room/room-desk.ts';
import type { SaleFixture } from './sale-fixture.ts';

/** What becomes of one call from leaf to sale. */
export type Fate = 'ok' | 'lost' | 'reply lost' | 'twice' | 'overloaded' | 'retryable' | 'hangs';

/** Lets every promise that can go on do so. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(() => setImmediate(resolve));
  });
}

/** What one account's sockets heard. */
export interface Heard {
  positions: FanPosition[];
  left: number;
  errors: string[];
}

/** A leaf over a `SaleFixture`'s clock, whose calls to the sale meet whatever `fate` says. */
export class RoomFixture {
  readonly name: string;
  readonly store = new MemoryRoomStore();
  readonly sale: SaleFixture;
  fate: () => Fate = () => 'ok';
  readonly heard = new Map<AccountId, Heard>();
  readonly ticks: string[] = [];
  calls: string[] = [];
  #later: { due: number; task: () => void }[] = [];
  #life = 0;
  wakeAt: number | null = null;
  desk: RoomDesk;

  constructor(sale: SaleFixture, index = 0) {
    this.name = `test-event/leaf/${index}`;
    this.sale = sale;
    this.desk = this.#wake();
  }

  /** Opens a socket for the account: what it hears is kept. */
  listen(accountId: AccountId): Heard {
    const heard = this.heard.get(accountId) ?? { positions: [], left: 0, errors: [] };
    this.heard.set(accountId, heard);
    return heard;
  }

  #wake(): RoomDesk {
    this.#life += 1;
    const life = this.#life;
    const context: RoomContext = {
      name: this.name,
      eventId: 'test-event' as EventId,
      now: () => this.sale.now,
      random: () => 0.5,
      parent: () => this.#parent(life),
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
    const audience: Audience = {
      has: (accountId) => this.heard.has(accountId),
      place: (accountId, position) => this.heard.get(accountId)?.positions.push(position),
      left: (accountId) => {
        const heard = this.heard.get(accountId);
        if (heard) heard.left += 1;
      },
      error: (accountId, code) => this.heard.get(accountId)?.errors.push(code),
      tick: (text) => this.ticks.push(text),
      seats: () => undefined,
    };
    return new RoomDesk(context, this.store, audience);
  }

  /** The object dies and wakes: memory is gone, calls in flight never come back, storage stays. */
  restart(): void {
    this.#later = [];
    this.desk = this.#wake();
    this.desk.start();
  }

  /** Runs what is due on this leaf by the sale's clock. */
  runDue(): void {
    const due = this.#later.filter((entry) => entry.due <= this.sale.now);
    this.#later = this.#later.filter((entry) => entry.due > this.sale.now);
    for (const { task } of due) task();
    if (this.wakeAt !== null && this.wakeAt <= this.sale.now) {
      this.wakeAt = null;
      this.desk.start();
    }
  }

  #parent(life: number): SaleQueueRpc {
    const through = <Value>(name: string, call: () => Value): Promise<Value> =>
      this.#through(life, name, call);
    return {
      grantPlaces: (request) =>
        through(`grant ${request.batch}`, () => this.sale.desk.grant(request)),
      reportLeft: (request) => through('left', () => this.sale.desk.reportLeft(request)),
      claimAdmission: (request) => through('claim', () => this.sale.desk.claim(request)),
      subscribe: ({ child }) => through('subscribe', () => this.sale.desk.subscribe(child)),
      setPaused: ({ paused }) =>
        through('pause', () => {
          this.sale.desk.setPaused(paused);
          return { ok: true as const };
        }),
    };
  }

  async #through<Value>(life: number, name: string, call: () => Value): Promise<Value> {
    const fate = this.fate();
    this.calls.push(name);
    await settle();
    if (fate === 'hangs' || life !== this.#life) return new Promise(() => undefined);
    if (fate === 'overloaded') throw Object.assign(new Error('busy'), { overloaded: true });
    if (fate === 'retryable') throw Object.assign(new Error('moved'), { retryable: true });
    if (fate === 'lost') throw new Error('lost');
    const value = call();
    if (fate === 'twice') call();
    await settle();
    if (life !== this.#life) return new Promise(() => undefined);
    if (fate === 'reply lost') throw new Error('reply lost');
    return structuredClone(value);
  }
}

/** Moves the clock of the sale and of its leaves together, letting calls finish in between. */
export async function pass(
  sale: SaleFixture,
  rooms: readonly RoomFixture[],
  ms: number,
): Promise<void> {
  const stepMs = 250;
  for (let passed = 0; passed < ms; passed += stepMs) {
    sale.advance(Math.min(stepMs, ms - passed));
    for (const room of rooms) room.runDue();
    for (let i = 0; i < 4; i++) await settle();
  }
}
