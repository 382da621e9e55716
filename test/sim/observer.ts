import { publicTick, type Tick } from '../../durable-objects/core/tick.ts';
import { LeanRoomStore } from './stores/lean-room-store.ts';
import type { Sample } from './series.ts';
import type { World } from './world.ts';

/** Fans who are followed: the first tenth of those who came, and so on. */
const FOLLOWED = [0.1, 0.3, 0.5, 0.7, 0.9];

/** Bytes that the objects keep. */
export interface StateBytes {
  /** EventSale's line: figures and who has left. */
  line: number;
  /** EventSale's chain of grants, the public record. */
  chain: number;
  /** EventSale's seats, orders and recorded outcomes. */
  seats: number;
  largestLeaf: number;
  leaves: number;
}

/** What was seen of a run. */
export interface Observed {
  samples: readonly Sample[];
  /** Numbers of the fans whose people ahead are in the samples. */
  followed: readonly number[];
  frames: { count: number; largestBytes: number; inexact: number };
  state: StateBytes;
  /** Minutes from opening until every seat was taken; null when some were left. */
  soldOutAt: number | null;
  /** And until a hundredth of them or less was left. */
  fewLeftAt: number | null;
  /** Until the lobby was drawn; null where it was not. */
  drawnAt: number | null;
}

/** Looks at a big run from outside, now and then. */
export class Observer {
  readonly #world: World;
  readonly #opensAt: number;
  readonly #samples: Sample[] = [];
  readonly #followed: number[];
  readonly #frames = { count: 0, largestBytes: 0, inexact: 0 };
  #tick: Tick | null = null;
  #soldOutAt: number | null = null;
  #fewLeftAt: number | null = null;
  #drawnAt: number | null = null;

  constructor(world: World) {
    this.#world = world;
    this.#opensAt = world.definition.settings.opensAt;
    this.#followed = FOLLOWED.map((share) => Math.floor(share * world.scenario.fans));
    world.onTick = (tick) => this.#see(tick);
  }

  #see(tick: Tick): void {
    this.#tick = tick;
    this.#frames.count += 1;
    if (tick.within > 1) this.#frames.inexact += 1;
    const bytes = JSON.stringify(publicTick(tick)).length;
    this.#frames.largestBytes = Math.max(this.#frames.largestBytes, bytes);
    if (tick.draw !== undefined) this.#drawnAt ??= this.#minutes(tick.at);
    const few = this.#world.buyers.seats / 100;
    if (tick.seatsLeft <= few) this.#fewLeftAt ??= this.#minutes(tick.at);
    if (tick.phase === 'sold_out') this.#soldOutAt ??= this.#minutes(tick.at);
  }

  #minutes(now: number): number {
    return (now - this.#opensAt) / 60_000;
  }

  /** Whether every seat is sold, and none only held. */
  soldOut(): boolean {
    const { orders } = this.#world.sale.desk;
    return orders.seatsLeft() === 0 && orders.holding() === 0;
  }

  /** One look; kept for the series. */
  look(): Sample {
    const { auditor, clock } = this.#world;
    const tick = this.#tick;
    const sample: Sample = {
      minute: this.#minutes(clock.now),
      joined: auditor.line.tail,
      waiting: tick?.waiting ?? 0,
      called: auditor.line.calledPeople,
      inside: tick?.active ?? 0,
      seatsLeft: tick?.seatsLeft ?? 0,
      ahead: this.#followed.map((fan) => this.#aheadOf(fan)),
    };
    this.#samples.push(sample);
    return sample;
  }

  #aheadOf(fan: number): number | null {
    const { fans, line } = this.#world.auditor;
    const place = fans.placeOf(fan);
    const order = line.orderOf(place);
    const waits = place >= 0 && order >= line.cursor && line.isPresent(order);
    return waits ? line.peopleBetween(line.cursor, order) : null;
  }

  #state(): StateBytes {
    const { lean, leaves } = this.#world;
    const bytes = leaves.map(({ store }) => (store instanceof LeanRoomStore ? store.bytes : 0));
    return {
      line: lean.queue.lineBytes(),
      chain: lean.queue.linkBytes,
      seats: lean.seats.bytes(),
      largestLeaf: Math.max(...bytes),
      leaves: bytes.reduce((sum, one) => sum + one, 0),
    };
  }

  observed(): Observed {
    return {
      samples: this.#samples,
      followed: this.#followed,
      frames: this.#frames,
      state: this.#state(),
      soldOutAt: this.#soldOutAt,
      drawnAt: this.#drawnAt,
      fewLeftAt: this.#fewLeftAt,
    };
  }
}
