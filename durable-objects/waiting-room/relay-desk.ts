import type { Tick } from '../core/tick.ts';
import { Publisher } from '../event-sale/publisher.ts';
import type {
  GrantOutcome,
  GrantRequest,
  PublishedFrames,
  RelayRpc,
  Subscription,
} from '../protocol/queue-rpc.ts';
import type { RelayStore } from '../storage/relay-store.ts';
import type { RelayContext } from './context.ts';
import { Feed } from './feed.ts';
import { RelayGrants } from './relay-grants.ts';
import { RelayReports } from './relay-reports.ts';

/** An inner node of the tree without a platform: adds up what its children ask, passes frames down. */
export class RelayDesk implements RelayRpc {
  readonly #store: RelayStore;
  readonly #feed: Feed;
  readonly #grants: RelayGrants;
  readonly #reports: RelayReports;
  readonly #publisher: Publisher;
  readonly #children: Set<string>;
  #sentSeq = 0;

  constructor(context: RelayContext, store: RelayStore) {
    this.#store = store;
    this.#feed = new Feed(context, store, 'relay');
    this.#grants = new RelayGrants(context, store, this.#feed);
    this.#reports = new RelayReports(context, this.#feed);
    // A child that cannot be reached asks for the current tick when it is back.
    this.#publisher = new Publisher(
      (name) => context.child(name),
      () => undefined,
    );
    this.#children = new Set(store.children());
  }

  /** After a wake, or when the alarm rings: finishes what was begun, and hears from the parent again. */
  start(): void {
    this.#grants.start();
    if (this.#children.size > 0) void this.#feed.subscribe();
  }

  /** The child's range; not answered before the parent has, so that an asker must not wait for ever. */
  grantPlaces(request: GrantRequest): Promise<GrantOutcome> {
    this.#adopt(request.child);
    return this.#grants.grant(request);
  }

  reportLeft(request: { child: string; places: readonly number[] }): Promise<void> {
    this.#adopt(request.child);
    return this.#reports.report(request.child, request.places);
  }

  async subscribe(request: { child: string }): Promise<Subscription | null | 'away'> {
    this.#adopt(request.child);
    await this.#feed.ready();
    if (this.#feed.subscription() === null) await this.#feed.subscribe();
    return this.#feed.subscription() ?? (this.#feed.absent ? null : 'away');
  }

  async lastTick(): Promise<Tick | null> {
    await this.#feed.ready();
    return this.#feed.tick;
  }

  publish(frames: PublishedFrames): Promise<void> {
    if (frames.tick !== undefined) this.#feed.take(frames.tick);
    const { tick } = this.#feed;
    const passed: PublishedFrames = { ...frames };
    delete passed.tick;
    // A grant may have brought a newer one than this: then that one goes down.
    if (frames.tick !== undefined && tick !== null && tick.seq > this.#sentSeq) {
      this.#sentSeq = tick.seq;
      passed.tick = tick;
    }
    if (passed.tick !== undefined || passed.seats !== undefined) {
      void this.#publisher.publish(this.#children, passed);
    }
    return Promise.resolve();
  }

  #adopt(child: string): void {
    if (this.#children.has(child)) return;
    this.#children.add(child);
    this.#store.addChild(child);
  }
}
