import { env } from 'cloudflare:workers';
import { runInDurableObject } from 'cloudflare:test';
import type { AccountId, EventId } from '../../durable-objects/core/ids.ts';
import { theatrePlan } from '../../durable-objects/core/plan-samples.ts';
import type { AdmissionSettings } from '../../durable-objects/core/sale.ts';
import { leafName, leafOf } from '../../durable-objects/core/shard-plan.ts';
import { LIVE_PROTOCOL } from '../../durable-objects/protocol/live.ts';
import type { ServerMessage } from '../../durable-objects/protocol/live.ts';
import { LIVE_HEADERS } from '../../durable-objects/protocol/queue-rpc.ts';
import { writeDefinition } from '../../durable-objects/storage/definition-store.ts';
import type { ObjectEnv, WaitingRoomStub } from '../../durable-objects/stubs.ts';

/** The bindings that the objects use. */
export const bindings = env as unknown as ObjectEnv;

/** An account's id from a number. */
export function fan(n: number): AccountId {
  return `10000000-0000-4000-8000-${String(n).padStart(12, '0')}` as AccountId;
}

/** The first `count` fans who belong to this leaf when there are so many. */
export function fansAt(leafIndex: number, leaves: number, count: number): AccountId[] {
  const fans: AccountId[] = [];
  for (let n = 0; fans.length < count; n++) {
    if (leafOf(fan(n), leaves) === leafIndex) fans.push(fan(n));
  }
  return fans;
}

/** The stub of a leaf; a small event has only the first. */
export function leaf(eventId: string, index = 0): DurableObjectStub {
  const { WAITING_ROOM } = bindings;
  return WAITING_ROOM.get(WAITING_ROOM.idFromName(leafName(eventId as EventId, index)));
}

/** The leaf as the Worker calls it. */
export function room(eventId: string, index = 0): WaitingRoomStub {
  return leaf(eventId, index) as unknown as WaitingRoomStub;
}

/** The stub of an event's sale. */
export function sale(eventId: string): DurableObjectStub {
  return bindings.EVENT_SALE.get(bindings.EVENT_SALE.idFromName(eventId));
}

/** Puts an event on sale without a catalogue: the definition is written where the object keeps it. */
export async function putOnSale(
  eventId: string,
  opensInMs = -1_000,
  admission: Partial<AdmissionSettings> = {},
  leaves = 1,
): Promise<void> {
  const { plan, categories } = theatrePlan();
  const now = Date.now();
  await runInDurableObject(sale(eventId), (_, state) => {
    writeDefinition(state.storage.sql, {
      eventId: eventId as EventId,
      name: eventId,
      timeZone: 'Asia/Kolkata',
      startsAt: now + 86_400_000,
      venueName: 'Theatre',
      settings: {
        opensAt: now + opensInMs,
        closesAt: now + 3_600_000,
        lobby: 'fifo',
        admission: {
          batchSize: 50,
          everyMs: 30_000,
          slots: 100,
          claimWindowMs: 120_000,
          graceMs: 60_000,
          sessionMs: 600_000,
          ...admission,
        },
        holdTtlMs: 600_000,
        payingTtlMs: 900_000,
        seatsPerAccount: 6,
        joinLimit: { max: 5, windowMs: 300_000 },
        leaves,
      },
      categories,
      plan,
    });
  });
}

type Kind = ServerMessage['type'];
type Message<Type extends Kind> = Extract<ServerMessage, { type: Type }>;

/** A fan's socket to a leaf; messages wait until they are asked for. */
export class TestSocket {
  readonly socket: WebSocket;
  readonly #messages: (ServerMessage | string)[] = [];
  #waiting: (() => void)[] = [];
  closed: { code: number; reason: string } | null = null;

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.addEventListener('message', ({ data }) => {
      const text = String(data);
      this.#messages.push(text.startsWith('{') ? (JSON.parse(text) as ServerMessage) : text);
      this.#wake();
    });
    socket.addEventListener('close', ({ code, reason }) => {
      this.closed = { code, reason };
      this.#wake();
    });
    socket.accept();
  }

  /** Opens a socket as the Worker does once it has verified the token. */
  static async open(
    eventId: string,
    accountId: AccountId,
    expiresAt = Date.now() + 3_600_000,
    index = 0,
  ): Promise<TestSocket> {
    const response = await leaf(eventId, index).fetch('http://leaf/', {
      headers: {
        upgrade: 'websocket',
        'sec-websocket-protocol': LIVE_PROTOCOL,
        [LIVE_HEADERS.account]: accountId,
        [LIVE_HEADERS.tokenExpires]: String(expiresAt),
      },
    });
    if (response.webSocket === null) throw new Error(`no socket: ${response.status}`);
    return new TestSocket(response.webSocket);
  }

  /** Over a socket that was opened another way. */
  static over(socket: WebSocket): TestSocket {
    return new TestSocket(socket);
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  send(message: object | string): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next message of this kind; those before it are passed over. */
  async next<Type extends Kind>(type: Type): Promise<Message<Type>> {
    const found = await this.#until(
      (message): message is Message<Type> => typeof message !== 'string' && message.type === type,
    );
    return found;
  }

  /** The next text that is no message of ours. */
  nextText(): Promise<string> {
    return this.#until((message): message is string => typeof message === 'string');
  }

  async #until<Found extends ServerMessage | string>(
    wanted: (message: ServerMessage | string) => message is Found,
  ): Promise<Found> {
    for (;;) {
      for (let next = this.#messages.shift(); next !== undefined; next = this.#messages.shift()) {
        if (wanted(next)) return next;
      }
      if (this.closed !== null) throw new Error(`closed: ${JSON.stringify(this.closed)}`);
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
  }

  /** Code and reason once the leaf has closed it. */
  async end(): Promise<{ code: number; reason: string }> {
    while (this.closed === null) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    return this.closed;
  }
}
