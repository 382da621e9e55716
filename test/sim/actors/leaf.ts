import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import type {
  FanPosition,
  ParentRpc,
  SaleQueueRpc,
  WaitingRoomRpc,
} from '../../../durable-objects/protocol/queue-rpc.ts';
import type { RoomStore } from '../../../durable-objects/storage/room-store.ts';
import type { Audience } from '../../../durable-objects/waiting-room/context.ts';
import { RoomDesk } from '../../../durable-objects/waiting-room/room-desk.ts';
import { Actor, type Served, type Surroundings } from './actor.ts';

/** What one fan's sockets are sent. */
export type Heard =
  | { type: 'welcome' | 'place'; position: FanPosition | null }
  | { type: 'left' }
  | { type: 'error'; code: string; retryAfterMs?: number | undefined }
  | { type: 'admission'; until: number };

/** The fans as a leaf sees them: who has a socket open here, and where what it says goes. */
export interface Sockets {
  open(accountId: AccountId, leaf: LeafActor): boolean;
  /** To all sockets of the account, through the leaf's output gate. */
  send(leaf: LeafActor, accountId: AccountId, heard: Heard): void;
  /** The same bytes to all sockets of the leaf. */
  tick(leaf: LeafActor, text: string): void;
  /** The account's sockets are closed: it belongs to another leaf. */
  shed(leaf: LeafActor, accountId: AccountId): void;
  /** Sockets of these accounts are to be closed, a few with each tick: they belong to another leaf. */
  release(leaf: LeafActor, isGone: (accountId: AccountId) => boolean): void;
  /** The leaf died and its sockets with it. */
  dropped(leaf: LeafActor): void;
}

/** A leaf of the waiting room: the real `RoomDesk`, with sockets that are only counted. */
export class LeafActor extends Actor<RoomDesk> implements Served<WaitingRoomRpc> {
  readonly kind = 'leaf';
  readonly index: number;
  readonly store: RoomStore;
  readonly #eventId: EventId;
  readonly #parent: () => Served<ParentRpc>;
  readonly #sale: () => Served<SaleQueueRpc>;
  readonly #leaf: (index: number) => Served<WaitingRoomRpc>;
  readonly #socketsOf: () => Sockets;

  constructor(
    name: string,
    around: Surroundings,
    parts: {
      index: number;
      eventId: EventId;
      store: RoomStore;
      sockets: () => Sockets;
      parent: () => Served<ParentRpc>;
      sale: () => Served<SaleQueueRpc>;
      leaf: (index: number) => Served<WaitingRoomRpc>;
    },
  ) {
    super(name, around);
    this.index = parts.index;
    this.#eventId = parts.eventId;
    this.store = parts.store;
    this.#parent = parts.parent;
    this.#sale = parts.sale;
    this.#leaf = parts.leaf;
    this.#socketsOf = parts.sockets;
  }

  get #sockets(): Sockets {
    return this.#socketsOf();
  }

  protected build(): RoomDesk {
    const sockets = this.#sockets;
    const audience: Audience = {
      has: (accountId) => sockets.open(accountId, this),
      release: (isGone) => sockets.release(this, isGone),
      place: (accountId, position) => sockets.send(this, accountId, { type: 'place', position }),
      left: (accountId) => sockets.send(this, accountId, { type: 'left' }),
      error: (accountId, code, retryAfterMs) =>
        sockets.send(this, accountId, { type: 'error', code, retryAfterMs }),
      tick: (text) => sockets.tick(this, text()),
      seats: () => this.around.meters.add('seat frames at leaves'),
    };
    const context = {
      ...this.nodeContext(() => this.stub(this.#parent())),
      eventId: this.#eventId,
      index: this.index,
      sale: () => this.stub<SaleQueueRpc>(this.#sale()),
      leaf: (index: number) => this.stub(this.#leaf(index)),
      // What a signature is worth is tested elsewhere; here it costs a turn of the promise queue.
      sign: () => Promise.resolve(`signed by ${this.name}`),
    };
    const desk = new RoomDesk(context, this.store, audience);
    desk.start();
    return desk;
  }

  protected ring(desk: RoomDesk): void {
    desk.start();
  }

  protected override died(evicted: boolean): void {
    if (!evicted) this.#sockets.dropped(this);
  }

  readonly rpc: WaitingRoomRpc = {
    joinAll: (request) => this.desk.joinAll(request),
    position: (request) => this.desk.position(request),
    leave: (request) => this.desk.leave(request),
    handOver: (request) => this.desk.handOver(request),
    lastTick: () => this.desk.lastTick(),
    publish: (frames) => this.desk.publish(frames),
  };

  /** A socket has opened: the first message on it says where the fan stands. Runs inside a step. */
  async welcome(accountId: AccountId): Promise<void> {
    const { desk, life } = this;
    const position = await desk.welcome(accountId);
    if (life !== this.life) return;
    if (position === 'later') {
      this.#sockets.shed(this, accountId);
      return;
    }
    this.#sockets.send(this, accountId, { type: 'welcome', position });
    const until = position?.admission?.until;
    if (until !== undefined) this.#sockets.send(this, accountId, { type: 'admission', until });
  }

  /** A message on a socket. Runs inside a step. */
  async message(accountId: AccountId, type: 'leave' | 'claim'): Promise<void> {
    const { desk, life } = this;
    const answersFor = await desk.answersFor(accountId);
    if (life !== this.life) return;
    if (!answersFor) {
      this.#sockets.shed(this, accountId);
      return;
    }
    const send = (heard: Heard): void => this.#sockets.send(this, accountId, heard);
    if (type === 'leave') {
      if (!desk.leaveNow(accountId)) send({ type: 'error', code: 'not_in_queue' });
      return;
    }
    const claimed = await desk.claim(accountId);
    if (life !== this.life) return;
    if (claimed.ok) {
      send({ type: 'place', position: desk.positionOf(accountId) });
      send({ type: 'admission', until: claimed.admission.until });
    } else send({ type: 'error', ...claimed });
  }
}
