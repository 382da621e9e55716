import { DurableObject } from 'cloudflare:workers';
import { EVENT_ID } from './core/ids.ts';
import type { AccountId, EventId } from './core/ids.ts';
import { LIMITS } from './protocol/limits.ts';
import { CLOSE, LIVE_PROTOCOL, PING, PONG } from './protocol/live.ts';
import { LIVE_HEADERS } from './protocol/queue-rpc.ts';
import type { PublishedFrames, WaitingRoomRpc } from './protocol/queue-rpc.ts';
import { roomSteps, SqlRoomStore } from './storage/room-store.ts';
import type { RoomStore } from './storage/room-store.ts';
import { migrate } from './storage/schema.ts';
import { saleOf } from './stubs.ts';
import type { ObjectEnv } from './stubs.ts';
import type { RoomContext } from './waiting-room/context.ts';
import { Live } from './waiting-room/live.ts';
import { RoomDesk } from './waiting-room/room-desk.ts';
import { closeSocket, Sockets } from './waiting-room/sockets.ts';

/** Back-off told to a client that finds this leaf full, ms. */
const SHED = { minBackoffMs: 2_000, maxBackoffMs: 20_000 };

/**
 * A leaf of the waiting room: holds sockets, remembers its fans' places, joins in batches. This shell
 * maps platform calls to `RoomDesk` and `Live`; the object's name says which event and leaf it is.
 */
export class WaitingRoom extends DurableObject<ObjectEnv> implements WaitingRoomRpc {
  readonly #desk: RoomDesk;
  readonly #sockets: Sockets;
  readonly #live: Live;

  constructor(ctx: DurableObjectState, env: ObjectEnv) {
    super(ctx, env);
    migrate(ctx.storage.sql, roomSteps);
    const store = new SqlRoomStore(ctx.storage.sql);
    const name = ownName(ctx, store);
    const eventId = eventOfLeaf(name);
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    this.#sockets = new Sockets(ctx.getWebSockets());
    this.#desk = new RoomDesk(this.#context(name, eventId), store, this.#sockets);
    const live = { now: () => Date.now(), eventId, authSecret: env.AUTH_SECRET };
    this.#live = new Live(live, this.#desk, this.#sockets);
    this.#desk.start();
  }

  #context(name: string, eventId: EventId): RoomContext {
    return {
      name,
      eventId,
      now: () => Date.now(),
      random: () => Math.random(),
      parent: () => saleOf(this.env, eventId),
      later: (delayMs, task) => {
        const id = setTimeout(task, delayMs);
        return () => clearTimeout(id);
      },
      wakeAt: (at) => this.ctx.waitUntil(this.ctx.storage.setAlarm(at)),
    };
  }

  joinAll(request: { accountIds: readonly AccountId[] }) {
    return this.#desk.joinAll(request);
  }

  position(request: { accountId: AccountId; claim: boolean }) {
    return this.#desk.position(request);
  }

  leave(request: { accountId: AccountId }) {
    return this.#desk.leave(request);
  }

  lastTick() {
    return this.#desk.lastTick();
  }

  publish(frames: PublishedFrames) {
    return this.#desk.publish(frames);
  }

  override alarm(): void {
    this.#desk.start();
  }

  /** Takes a socket that the Worker has verified. */
  override fetch(request: Request): Response {
    const accountId = request.headers.get(LIVE_HEADERS.account);
    const expiresAt = Number(request.headers.get(LIVE_HEADERS.tokenExpires));
    if (request.headers.get('upgrade') !== 'websocket' || accountId === null || !(expiresAt > 0)) {
      return new Response(null, { status: 426, headers: { upgrade: 'websocket' } });
    }
    const [browser, server] = Object.values(new WebSocketPair());
    if (browser === undefined || server === undefined) throw new Error('a pair has two ends');
    if (this.#sockets.size >= LIMITS.socketsPerLeaf) {
      server.accept();
      server.close(CLOSE.shed, JSON.stringify(SHED));
    } else {
      this.ctx.acceptWebSocket(server);
      const client = this.#sockets.add(server, accountId as AccountId, expiresAt, Date.now());
      this.ctx.waitUntil(this.#live.welcome(client));
    }
    const offered = request.headers.get('sec-websocket-protocol') ?? '';
    const spoken = offered.split(',').some((protocol) => protocol.trim() === LIVE_PROTOCOL);
    const headers = spoken ? { 'sec-websocket-protocol': LIVE_PROTOCOL } : undefined;
    return new Response(null, { status: 101, webSocket: browser, ...(headers ? { headers } : {}) });
  }

  override async webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> {
    const client = this.#sockets.of(socket);
    if (client !== undefined) await this.#live.message(client, data);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    this.#sockets.remove(socket);
    closeSocket(socket, code, reason);
  }

  override webSocketError(socket: WebSocket): void {
    this.#sockets.remove(socket);
  }
}

/** The object's name, kept for the wakes at which the runtime does not tell it. */
function ownName(ctx: DurableObjectState, store: RoomStore): string {
  const kept = store.note('name');
  const name = ctx.id.name ?? kept;
  if (name === null) throw new Error('a waiting room is addressed by name: EVENT/leaf/N');
  if (kept === null) store.setNote('name', name);
  return name;
}

function eventOfLeaf(name: string): EventId {
  const [eventId = ''] = name.split('/', 1);
  if (!EVENT_ID.test(eventId)) throw new Error(`no waiting room's name: ${name}`);
  return eventId as EventId;
}
