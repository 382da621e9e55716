import { DurableObject } from 'cloudflare:workers';
import type { AccountId } from './core/ids.ts';
import { nodeOf } from './core/shard-plan.ts';
import type { RoomNode } from './core/shard-plan.ts';
import { LIMITS } from './protocol/limits.ts';
import { LIVE_PROTOCOL, PING, PONG } from './protocol/live.ts';
import { LIVE_HEADERS } from './protocol/queue-rpc.ts';
import type {
  GrantRequest,
  PublishedFrames,
  RelayRpc,
  WaitingRoomRpc,
} from './protocol/queue-rpc.ts';
import { signToken } from './protocol/tokens.ts';
import { SqlNotes } from './storage/notes.ts';
import { relaySteps, SqlRelayStore } from './storage/relay-store.ts';
import { roomSteps, SqlRoomStore } from './storage/room-store.ts';
import { migrate } from './storage/schema.ts';
import { leafAt, parentAt, roomNamed, saleOf } from './stubs.ts';
import type { ObjectEnv } from './stubs.ts';
import type { NodeContext, RoomContext } from './waiting-room/context.ts';
import { Live } from './waiting-room/live.ts';
import { RelayDesk } from './waiting-room/relay-desk.ts';
import { RoomDesk } from './waiting-room/room-desk.ts';
import { closeSocket, Sockets, turnAway } from './waiting-room/sockets.ts';

interface Leaf {
  desk: RoomDesk;
  sockets: Sockets;
  live: Live;
}

/**
 * A node of the waiting room's tree. A leaf holds sockets, remembers its fans' places and joins in
 * batches; a relay adds up its leaves' batches and passes frames down. This shell maps platform calls to
 * their desks; the object's name says which event and node it is.
 */
export class WaitingRoom extends DurableObject<ObjectEnv> implements WaitingRoomRpc, RelayRpc {
  readonly #leaf: Leaf | null;
  readonly #relay: RelayDesk | null;

  constructor(ctx: DurableObjectState, env: ObjectEnv) {
    super(ctx, env);
    const { sql } = ctx.storage;
    migrate(sql, [...roomSteps, ...relaySteps]);
    const [name, node] = ownName(ctx);
    const context = this.#context(name, node);
    this.#leaf = node.kind === 'leaf' ? this.#openLeaf(context, node) : null;
    const child = (childName: string) => roomNamed(env, childName);
    this.#relay =
      node.kind === 'relay' ? new RelayDesk({ ...context, child }, new SqlRelayStore(sql)) : null;
    this.#start();
  }

  #openLeaf(context: NodeContext, { eventId, index }: RoomNode): Leaf {
    const { ctx, env } = this;
    ctx.setWebSocketAutoResponse(new WebSocketRequestResponsePair(PING, PONG));
    const pingedAt = (socket: WebSocket) =>
      ctx.getWebSocketAutoResponseTimestamp(socket)?.getTime() ?? null;
    const sockets = new Sockets(ctx.getWebSockets(), pingedAt, {
      now: () => Date.now(),
      later: (task, ms) => void setTimeout(task, ms),
    });
    const store = new SqlRoomStore(ctx.storage.sql);
    const sale = () => saleOf(env, eventId);
    const sign: RoomContext['sign'] = (claims) => signToken(env.AUTH_SECRET, 'receipt', claims);
    const other = (leaf: number) => leafAt(env, eventId, leaf);
    const desk = new RoomDesk(
      { ...context, eventId, index, sale, leaf: other, sign },
      store,
      sockets,
    );
    const live = { now: () => Date.now(), eventId, authSecret: env.AUTH_SECRET };
    return { desk, sockets, live: new Live(live, desk, sockets) };
  }

  #context(name: string, node: RoomNode): NodeContext {
    return {
      name,
      now: () => Date.now(),
      askGapMs: LIMITS.askGapMs,
      random: () => Math.random(),
      parent: () => parentAt(this.env, node),
      later: (delayMs, task) => {
        const id = setTimeout(task, delayMs);
        return () => clearTimeout(id);
      },
      wakeAt: (at) => this.ctx.waitUntil(this.ctx.storage.setAlarm(at)),
    };
  }

  #start(): void {
    this.#leaf?.desk.start();
    this.#relay?.start();
  }

  /** Calls of the Worker, which go to leaves only. */
  get #fans(): Leaf {
    if (this.#leaf === null) throw new Error('a relay has no fans');
    return this.#leaf;
  }

  /** Calls of children, which only a relay has. */
  get #children(): RelayDesk {
    if (this.#relay === null) throw new Error('a leaf has no children');
    return this.#relay;
  }

  grantPlaces(request: GrantRequest) {
    return this.#children.grantPlaces(request);
  }

  reportLeft(request: { child: string; places: readonly number[] }) {
    return this.#children.reportLeft(request);
  }

  subscribe(request: { child: string }) {
    return this.#children.subscribe(request);
  }

  joinAll(request: { accountIds: readonly AccountId[] }) {
    return this.#fans.desk.joinAll(request);
  }

  position(request: { accountId: AccountId; claim: boolean }) {
    return this.#fans.desk.position(request);
  }

  leave(request: { accountId: AccountId }) {
    return this.#fans.desk.leave(request);
  }

  handOver(request: { to: number }) {
    return this.#fans.desk.handOver(request);
  }

  lastTick() {
    return (this.#relay ?? this.#fans.desk).lastTick();
  }

  publish(frames: PublishedFrames) {
    return (this.#relay ?? this.#fans.desk).publish(frames);
  }

  override alarm(): void {
    this.#start();
  }

  /** Takes a socket that the Worker has verified. */
  override fetch(request: Request): Response {
    const { desk, sockets, live } = this.#fans;
    const accountId = request.headers.get(LIVE_HEADERS.account);
    const expiresAt = Number(request.headers.get(LIVE_HEADERS.tokenExpires));
    if (request.headers.get('upgrade') !== 'websocket' || accountId === null || !(expiresAt > 0)) {
      return new Response(null, { status: 426, headers: { upgrade: 'websocket' } });
    }
    const home = desk.homeOf(accountId as AccountId);
    if (typeof home === 'number') {
      return new Response(null, { status: 421, headers: { [LIVE_HEADERS.leaf]: String(home) } });
    }
    const waitMs = live.waitMs(accountId as AccountId);
    if (waitMs > 0) {
      return new Response(null, {
        status: 429,
        headers: { [LIVE_HEADERS.retryAfterMs]: String(waitMs) },
      });
    }
    const [browser, server] = Object.values(new WebSocketPair());
    if (browser === undefined || server === undefined) throw new Error('a pair has two ends');
    if (!sockets.hasRoom(Date.now())) {
      turnAway(server);
    } else {
      this.ctx.acceptWebSocket(server);
      const mayJoin = !request.headers.has(LIVE_HEADERS.mayNotJoin);
      const fan = { accountId: accountId as AccountId, expiresAt, mayJoin };
      const client = sockets.add(server, fan, Date.now());
      this.ctx.waitUntil(live.welcome(client));
    }
    const offered = request.headers.get('sec-websocket-protocol') ?? '';
    const spoken = offered.split(',').some((protocol) => protocol.trim() === LIVE_PROTOCOL);
    const headers = spoken ? { 'sec-websocket-protocol': LIVE_PROTOCOL } : undefined;
    return new Response(null, { status: 101, webSocket: browser, ...(headers ? { headers } : {}) });
  }

  override webSocketMessage(socket: WebSocket, data: string | ArrayBuffer): Promise<void> | void {
    const { sockets, live } = this.#fans;
    const client = sockets.of(socket);
    return client === undefined ? undefined : live.message(client, data);
  }

  override webSocketClose(socket: WebSocket, code: number, reason: string): void {
    this.#fans.sockets.remove(socket);
    closeSocket(socket, code, reason);
  }

  override webSocketError(socket: WebSocket): void {
    this.#fans.sockets.remove(socket);
  }
}

/** The object's name, kept for the wakes at which the runtime does not tell it, and what it says. */
function ownName(ctx: DurableObjectState): [string, RoomNode] {
  const notes = new SqlNotes<'name'>(ctx.storage.sql);
  const kept = notes.note('name');
  const name = ctx.id.name ?? kept;
  const node = name === null ? null : nodeOf(name);
  if (name === null || node === null) throw new Error(`no waiting room's name: ${name}`);
  if (kept === null) notes.setNote('name', name);
  return [name, node];
}
