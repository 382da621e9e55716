import type { AccountId } from '../core/ids.ts';
import { ERRORS } from '../protocol/errors.ts';
import type { ErrorCode } from '../protocol/errors.ts';
import { LIMITS } from '../protocol/limits.ts';
import { CLOSE } from '../protocol/live.ts';
import type { ServerMessage } from '../protocol/live.ts';
import type { FanPosition } from '../protocol/queue-rpc.ts';
import { Broadcast } from './broadcast.ts';
import type { Clock, Receiver } from './broadcast.ts';
import type { Audience } from './context.ts';

/** Whose socket it is, as the Worker found by its access token. */
export interface SocketOwner {
  accountId: AccountId;
  /** End of the access token it came with, epoch ms. */
  expiresAt: number;
  /** False: the sale takes verified addresses only, and this was none. It may still look. */
  mayJoin: boolean;
}

/** One socket. What must outlast hibernation is in its attachment; the counters begin anew. */
export interface Client extends SocketOwner, Receiver {
  socket: WebSocket;
  openedAt: number;
  watchesSeats: boolean;
  badMessages: number;
  /** When it last said something that woke us, epoch ms. */
  heardAt: number;
  windowStart: number;
  windowCount: number;
}

interface Attachment {
  a: AccountId;
  e: number;
  o: number;
  s: boolean;
  /** Only when false. */
  j?: false;
}

/** Told to a client whose fan belongs to another leaf now, or whom we took for gone; times are ms. */
const MOVED_ON = JSON.stringify({ minBackoffMs: 500, maxBackoffMs: 10_000 });
/** Told to a client that finds no room: when to try again, and where to ask meanwhile. */
const NO_ROOM = JSON.stringify({
  minBackoffMs: 2_000,
  maxBackoffMs: 20_000,
  where: '/api/queue',
});
/** Where there is no room, silent sockets are looked for at most this often, ms. */
const SWEEP_MS = 30_000;
/** Sockets of fans who belong to another leaf that are closed with each tick: so that they do not all connect at once. */
const RELEASED_PER_TICK = 100;

/** With fewer sockets than this everybody hears every tick: it takes some 10 ms of a second. */
const CROWD = 500;

/** Close codes that may not be sent (RFC 6455, section 7.4.1). */
const RESERVED_CODES = new Set([1004, 1005, 1006, 1015]);

/** The text of an error message. */
export function errorText(code: ErrorCode, retryAfterMs?: number): string {
  const [, message] = ERRORS[code];
  const error: ServerMessage = {
    v: 1,
    type: 'error',
    code,
    message,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
  return JSON.stringify(error);
}

/** Sends, unless the socket is gone: its close is on the way and says so. */
export function sendTo(client: Client, text: string): void {
  try {
    client.socket.send(text);
  } catch {
    // The runtime throws on a socket that is closing; there is nobody to tell.
  }
}

/** Closes with a code that may be sent; one that is closing already stays as it is. */
export function closeSocket(socket: WebSocket, code: number, reason: string): void {
  try {
    socket.close(RESERVED_CODES.has(code) ? 1000 : code, reason);
  } catch {
    // Closed before us.
  }
}

/** Turns away a socket for which there is no room. */
export function turnAway(socket: WebSocket): void {
  socket.accept();
  socket.close(CLOSE.shed, NO_ROOM);
}

/** The sockets of one leaf, by account. Rebuilt from the runtime's list on wake. */
export class Sockets implements Audience {
  readonly #clients = new Map<WebSocket, Client>();
  readonly #byAccount = new Map<AccountId, Client[]>();
  readonly #pingedAt: (socket: WebSocket) => number | null;
  readonly #ticks: Broadcast<Client>;
  #leaving: Client[] = [];
  #sweptAt = -Infinity;

  /** `pingedAt`: when the runtime last answered the socket's ping, epoch ms. */
  constructor(
    sockets: readonly WebSocket[],
    pingedAt: (socket: WebSocket) => number | null,
    clock: Clock,
  ) {
    this.#pingedAt = pingedAt;
    this.#ticks = new Broadcast(() => this.#clients.values(), sendTo, clock);
    for (const socket of sockets) {
      const kept = socket.deserializeAttachment() as Attachment | null;
      if (kept === null) continue;
      const owner = { accountId: kept.a, expiresAt: kept.e, mayJoin: kept.j ?? true };
      this.#register(this.#client(socket, owner, kept.o, kept.s));
    }
  }

  get size(): number {
    return this.#clients.size;
  }

  /**
   * Whether there is room for one more. A connection that broke without a word stays on the runtime's list:
   * where there is no room, those that have long been silent make some.
   */
  hasRoom(now: number): boolean {
    if (this.size < LIMITS.socketsPerLeaf) return true;
    if (Math.abs(now - this.#sweptAt) < SWEEP_MS) return false;
    this.#sweptAt = now;
    for (const client of this.#clients.values()) {
      const heardAt = Math.max(client.heardAt, this.#pingedAt(client.socket) ?? 0);
      if (now - heardAt > LIMITS.socketSilentMs) this.shed(client);
    }
    return this.size < LIMITS.socketsPerLeaf;
  }

  of(socket: WebSocket): Client | undefined {
    return this.#clients.get(socket);
  }

  /** Registers an accepted socket; the account's oldest beyond the limit is closed. */
  add(socket: WebSocket, owner: SocketOwner, now: number): Client {
    // The newest is the one that came last, also when the clock was set back in between.
    const before = this.#byAccount.get(owner.accountId)?.at(-1)?.openedAt ?? -Infinity;
    const client = this.#client(socket, owner, Math.max(now, before + 1), false);
    this.#register(client);
    this.#save(client);
    const same = this.#byAccount.get(owner.accountId) ?? [];
    const oldest = same.length > LIMITS.socketsPerAccount ? same[0] : undefined;
    if (oldest !== undefined) {
      this.remove(oldest.socket);
      closeSocket(oldest.socket, CLOSE.replaced, 'continued on another tab or device');
    }
    return client;
  }

  #client(socket: WebSocket, owner: SocketOwner, openedAt: number, watchesSeats: boolean): Client {
    const counters = { badMessages: 0, heardAt: openedAt, windowStart: openedAt, windowCount: 0 };
    return { socket, ...owner, openedAt, watchesSeats, ...counters, ...this.#ticks.newcomer() };
  }

  #register(client: Client): void {
    this.#clients.set(client.socket, client);
    const same = this.#byAccount.get(client.accountId);
    if (same === undefined) this.#byAccount.set(client.accountId, [client]);
    else same.push(client);
    same?.sort((a, b) => a.openedAt - b.openedAt);
  }

  #save(client: Client): void {
    const { accountId: a, expiresAt: e, openedAt: o, watchesSeats: s } = client;
    const j = client.mayJoin ? {} : { j: false as const };
    client.socket.serializeAttachment({ a, e, o, s, ...j } satisfies Attachment);
  }

  remove(socket: WebSocket): void {
    const client = this.#clients.get(socket);
    if (client === undefined) return;
    this.#clients.delete(socket);
    const rest = (this.#byAccount.get(client.accountId) ?? []).filter((other) => other !== client);
    if (rest.length === 0) this.#byAccount.delete(client.accountId);
    else this.#byAccount.set(client.accountId, rest);
  }

  watch(client: Client, seats: boolean): void {
    client.watchesSeats = seats;
    this.#save(client);
  }

  /** Counts one message; false when the socket sends more than a person and a page can mean. */
  admitMessage(client: Client, now: number): boolean {
    if (Math.abs(now - client.windowStart) >= LIMITS.socketFloodWindowMs) {
      client.windowStart = now;
      client.windowCount = 0;
    }
    client.heardAt = now;
    client.windowCount += 1;
    return client.windowCount <= LIMITS.socketFloodMessages;
  }

  has(accountId: AccountId): boolean {
    return this.#byAccount.has(accountId);
  }

  /** To all sockets of one account. */
  tell(accountId: AccountId, text: string): void {
    for (const client of this.#byAccount.get(accountId) ?? []) sendTo(client, text);
  }

  place(accountId: AccountId, position: FanPosition): void {
    this.tell(accountId, placeText(position));
  }

  left(accountId: AccountId): void {
    this.tell(accountId, '{"v":1,"type":"left"}');
  }

  error(accountId: AccountId, code: ErrorCode, retryAfterMs?: number): void {
    this.tell(accountId, errorText(code, retryAfterMs));
  }

  release(isGone: (accountId: AccountId) => boolean): void {
    this.#leaving = [...this.#clients.values()].filter(({ accountId }) => isGone(accountId));
  }

  /** Closes the socket; its client connects again after a while, and the Worker finds the way. */
  shed(client: Client): void {
    this.remove(client.socket);
    closeSocket(client.socket, CLOSE.shed, MOVED_ON);
  }

  tick(text: () => string, mayWait?: (accountId: AccountId) => boolean): void {
    for (const client of this.#leaving.splice(0, RELEASED_PER_TICK)) this.shed(client);
    if (mayWait === undefined || this.size < CROWD) this.#ticks.send(text);
    else this.#ticks.send(text, ({ accountId }) => mayWait(accountId));
  }

  seats(text: string): void {
    for (const client of this.#clients.values()) {
      if (client.watchesSeats) sendTo(client, text);
    }
  }
}

/** The text of a place message. */
export function placeText(position: FanPosition): string {
  return JSON.stringify({ v: 1, type: 'place', position } satisfies ServerMessage);
}
