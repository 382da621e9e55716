import type {
  ParentRpc,
  RelayRpc,
  WaitingRoomRpc,
} from '../../../durable-objects/protocol/queue-rpc.ts';
import type { RelayStore } from '../../../durable-objects/storage/relay-store.ts';
import { RelayDesk } from '../../../durable-objects/waiting-room/relay-desk.ts';
import { Actor, type Served, type Surroundings } from './actor.ts';

/** An inner node of the waiting room: the real `RelayDesk`. */
export class RelayActor extends Actor<RelayDesk> implements Served<RelayRpc> {
  readonly kind = 'relay';
  readonly store: RelayStore;
  readonly #parent: () => Served<ParentRpc>;
  readonly #child: (name: string) => Served<Pick<WaitingRoomRpc, 'publish'>>;

  constructor(
    name: string,
    around: Surroundings,
    parts: {
      store: RelayStore;
      parent: () => Served<ParentRpc>;
      child: (name: string) => Served<Pick<WaitingRoomRpc, 'publish'>>;
    },
  ) {
    super(name, around);
    this.store = parts.store;
    this.#parent = parts.parent;
    this.#child = parts.child;
  }

  protected build(): RelayDesk {
    const context = {
      ...this.nodeContext(() => this.stub(this.#parent())),
      child: (name: string) => this.stub(this.#child(name)),
    };
    const desk = new RelayDesk(context, this.store);
    desk.start();
    return desk;
  }

  protected ring(desk: RelayDesk): void {
    desk.start();
  }

  readonly rpc: RelayRpc = {
    grantPlaces: (request) => this.desk.grantPlaces(request),
    reportLeft: (request) => this.desk.reportLeft(request),
    subscribe: (request) => this.desk.subscribe(request),
    lastTick: () => this.desk.lastTick(),
    publish: (frames) => this.desk.publish(frames),
  };
}
