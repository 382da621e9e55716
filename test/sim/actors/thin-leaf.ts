import { callOf } from '../../../durable-objects/core/calls.ts';
import type { Call } from '../../../durable-objects/core/calls.ts';
import { orderOf, placeOf } from '../../../durable-objects/core/place-order.ts';
import { askGapMs, reportGapMs } from '../../../durable-objects/core/shard-plan.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import type {
  FanPosition,
  ParentRpc,
  PublishedFrames,
  SaleQueueRpc,
} from '../../../durable-objects/protocol/queue-rpc.ts';
import { accountOf } from '../fans/accounts.ts';
import type { Hear } from '../fans/requests.ts';
import { EVENT_MS, Load, SOCKET_MS, Wakefulness, type Tally } from '../meters.ts';
import { stubOf, type Served, type Surroundings } from './actor.ts';
import { Bystander } from './outside.ts';

/** A root of the right form: nobody asks a thin leaf for a proof. */
const ROOT = 'A'.repeat(43);
/** As a real leaf does: its last frame is written down so often, ms (waiting-room/feed.ts). */
const KEEP_MS = 60_000;
/** And how far its parent knows of those who left (waiting-room/departures.ts). */
const NOTE_MS = 30_000;

/** What all thin leaves share: where their fans stand. Five bytes a fan and four a place. */
export class ThinPlaces {
  /** By fan; -1: none. */
  readonly placeOf: Int32Array;
  /** By fan; 1: has asked and has no place yet. */
  readonly pending: Uint8Array;
  /** By place; -1: nobody of a thin leaf. */
  readonly fanAt: Int32Array;
  /** Until when those inside may stay, by fan. */
  readonly until = new Map<number, number>();
  readonly #windows: { claimWindowMs: number; graceMs: number };
  readonly #calls: Call[] = [];
  tick: Tick | null = null;

  constructor(fans: number, places: number, windows: { claimWindowMs: number; graceMs: number }) {
    this.placeOf = new Int32Array(fans).fill(-1);
    this.pending = new Uint8Array(fans);
    this.fanAt = new Int32Array(places).fill(-1);
    this.#windows = windows;
  }

  /** A tick is out; answers the fans whom it calls. */
  called(tick: Tick): number[] {
    const before = this.tick?.cursor ?? 0;
    this.tick = tick;
    if (tick.cursor > before)
      this.#calls.push({ first: before, end: tick.cursor, calledAt: tick.at });
    const fans: number[] = [];
    for (let order = before; order < tick.cursor; order++) {
      const place = placeOf(order, tick.draw);
      const fan = this.fanAt[place] ?? -1;
      if (fan >= 0 && this.placeOf[fan] === place) fans.push(fan);
    }
    return fans;
  }

  /** Where the fan stands at `now`; null when there is no place, or none any more. */
  positionOf(fan: number, now: number): FanPosition | null {
    const place = this.placeOf[fan] ?? -1;
    if (place < 0) return null;
    const at = { place, order: orderOf(place, this.tick?.draw) };
    const until = this.until.get(fan);
    if (until !== undefined)
      return until <= now ? null : positionAt(at, null, { admissionId: '', claimedAt: 0, until });
    const { claimWindowMs, graceMs } = this.#windows;
    if (at.order >= (this.tick?.cursor ?? 0)) return positionAt(at, null, null);
    const calledAt = callOf(this.#calls, at.order)?.calledAt ?? 0;
    if (calledAt + claimWindowMs + graceMs <= now) return null;
    const claimUntil = calledAt + claimWindowMs + (calledAt + claimWindowMs <= now ? graceMs : 0);
    return positionAt(at, claimUntil, null);
  }
}

function positionAt(
  { place, order }: { place: number; order: number },
  claimUntil: number | null,
  admission: FanPosition['admission'],
): FanPosition {
  return {
    status: admission === null ? 'waiting' : 'admitted',
    place,
    order,
    ahead: 0,
    etaSeconds: null,
    pollMs: 0,
    joinedAt: 0,
    claimUntil,
    admission,
    receipt: null,
  };
}

/** What a thin leaf is made of. */
export interface ThinParts {
  index: number;
  leaves: number;
  places: ThinPlaces;
  parent: () => Served<ParentRpc>;
  sale: () => Served<SaleQueueRpc>;
  hear: Hear;
  owns: (first: number, count: number) => void;
  /** Sockets open here. */
  sockets: () => number;
}

/**
 * A leaf in a run too large for all leaves to be real: it asks for places, reports who left and lets fans
 * claim when a real one would, in the same batches, and counts the same rows and requests; of its fans it
 * knows their places and no more. The numbers that it counts are held against real leaves by
 * `test/property/sim/thin-leaves.test.ts`.
 */
export class ThinLeaf
  extends Bystander
  implements
    Served<{
      publish(frames: PublishedFrames): Promise<void>;
    }>
{
  readonly kind = 'leaf';
  readonly direct = true;
  readonly rpc = {
    publish: (frames: PublishedFrames): Promise<void> => {
      this.publish(frames);
      return Promise.resolve();
    },
  };
  readonly index: number;
  readonly requests = new Load();
  readonly wake = new Wakefulness();
  readonly #around: Surroundings;
  readonly #parts: ThinParts;
  readonly #gapMs: { join: number; left: number };
  readonly #rows: Tally;
  #parent: ParentRpc | null = null;
  #joining: number[] = [];
  #leaving: number[] = [];
  readonly #busy = { join: false, left: false };
  readonly #begunAt = { join: -Infinity, left: -Infinity };
  #batch = 0;
  #keptAt = -Infinity;
  #notedAt = -Infinity;

  constructor(name: string, around: Surroundings, parts: ThinParts) {
    super(name);
    this.index = parts.index;
    this.#around = around;
    this.#parts = parts;
    this.#gapMs = { join: askGapMs(parts.leaves, 'leaf'), left: reportGapMs(parts.leaves) };
    this.#rows = around.meters.tally('rows written: leaf ');
  }

  override asked(): void {
    this.requests.note(this.#around.clock.now);
    this.wake.note(this.#around.clock.now);
  }

  #count(row: string, rows = 1): void {
    this.#rows.add(row, rows);
  }

  get #asked(): ParentRpc {
    this.#parent ??= stubOf(this, this.#parts.parent(), this.#around);
    return this.#parent;
  }

  publish(frames: PublishedFrames): void {
    const { clock, meters } = this.#around;
    meters.add('object requests: leaf publish');
    this.asked();
    if (frames.tick === undefined) return;
    const sockets = this.#parts.sockets();
    meters.add('WebSocket messages out', sockets);
    this.wake.note(clock.now, EVENT_MS + sockets * SOCKET_MS);
    if (clock.now - this.#keptAt < KEEP_MS) return;
    this.#keptAt = clock.now;
    this.#count('setNote');
  }

  /** One fan asks for a place: the one there is, or the next. */
  join(fan: number): void {
    this.asked();
    const position = this.#parts.places.positionOf(fan, this.#around.clock.now);
    if (position !== null) {
      this.#say(fan, position);
      return;
    }
    const { pending } = this.#parts.places;
    if (pending[fan] === 1) return;
    pending[fan] = 1;
    this.#joining.push(fan);
    if (this.#joining.length === 1) this.#paced('join');
  }

  /** Where the fan stands; one who is called comes in. */
  position(fan: number): void {
    this.asked();
    const position = this.#parts.places.positionOf(fan, this.#around.clock.now);
    if (position !== null && position.claimUntil !== null) this.claim(fan);
    else if (position !== null) this.#say(fan, position);
    else if (this.#parts.places.pending[fan] === 0)
      this.#hear(fan, { type: 'place', position: null });
  }

  leave(fan: number): void {
    this.asked();
    const { placeOf, pending } = this.#parts.places;
    const place = placeOf[fan] ?? -1;
    pending[fan] = 0;
    placeOf[fan] = -1;
    if (place >= 0) this.#departs(place);
    this.#hear(fan, { type: 'left' });
  }

  claim(fan: number): void {
    const { places, sale } = this.#parts;
    const place = places.placeOf[fan] ?? -1;
    if (place < 0) {
      this.#hear(fan, { type: 'error', code: 'not_in_queue' });
      return;
    }
    const accountId = accountOf(fan);
    const { clock } = this.#around;
    this.wake.begin(clock.now);
    stubOf<SaleQueueRpc>(this, sale(), this.#around)
      .claimAdmission({ accountId, place })
      .then((outcome) => {
        if (!outcome.ok) {
          const full = outcome.code === 'slots_full';
          this.#hear(fan, { type: 'error', code: full ? 'overloaded' : outcome.code });
          return undefined;
        }
        const { until } = outcome.admission;
        if (!places.until.has(fan)) this.#count('saveAdmission');
        places.until.set(fan, until);
        const position = places.positionOf(fan, this.#around.clock.now);
        if (position !== null) this.#say(fan, position);
        this.#hear(fan, { type: 'admission', until });
        return undefined;
      })
      .catch((error: unknown) => clock.fail(error))
      .finally(() => this.wake.end(clock.now));
  }

  /** The lobby is drawn: counted, for nobody does anything about it. */
  tellsDrawn(): void {
    this.#around.meters.add('WebSocket messages out', this.#parts.sockets());
  }

  /** The fan hears that it is called. */
  calls(fan: number): void {
    const position = this.#parts.places.positionOf(fan, this.#around.clock.now);
    if (position !== null) this.#say(fan, position);
  }

  #say(fan: number, position: FanPosition): void {
    this.#hear(fan, { type: 'place', position });
  }

  #hear(fan: number, heard: Parameters<Hear>[1]): void {
    const { clock, network, meters } = this.#around;
    meters.add('WebSocket messages out');
    const saidAt = clock.now;
    clock.after(network.delay('fan'), () => this.#parts.hear(fan, heard, saidAt));
  }

  /** Asks or reports as soon as the time before is over and the gap has passed; once. */
  #paced(kind: 'join' | 'left'): void {
    if (this.#busy[kind]) return;
    this.#busy[kind] = true;
    const { clock } = this.#around;
    this.wake.begin(clock.now);
    clock.at(
      Math.max(clock.now, this.#begunAt[kind] + this.#gapMs[kind]),
      () => void this.#work(kind),
    );
  }

  async #work(kind: 'join' | 'left'): Promise<void> {
    const { clock } = this.#around;
    this.#begunAt[kind] = clock.now;
    try {
      await (kind === 'join' ? this.#ask() : this.#report());
    } catch (error) {
      clock.fail(error);
    }
    this.wake.end(clock.now);
    this.#busy[kind] = false;
    if (this.#joining.length > 0) this.#paced('join');
    if (this.#leaving.length > 0) this.#paced('left');
  }

  async #ask(): Promise<void> {
    const { places, owns } = this.#parts;
    const fans = this.#joining.filter((fan) => places.pending[fan] === 1);
    this.#joining = [];
    if (fans.length === 0) return;
    this.#count('addBatch');
    const request = { child: this.name, batch: ++this.#batch, count: fans.length, root: ROOT };
    const granted = await this.#asked.grantPlaces(request);
    if (!granted.ok) throw new Error(`no places: ${granted.code}`);
    const { first } = granted.grant;
    this.#count('setGrant');
    owns(first, fans.length);
    const told = fans.filter((fan, index) => this.#places(fan, first + index));
    this.#around.meters.add('WebSocket messages out', told.length);
    const { clock, network } = this.#around;
    const saidAt = clock.now;
    // One event for all of them: fans of one batch hear at the same time.
    clock.after(network.delay('fan'), () => {
      for (const fan of told) {
        const position = places.positionOf(fan, saidAt);
        if (position !== null) this.#parts.hear(fan, { type: 'place', position }, saidAt);
      }
    });
  }

  /** The fan has this place; false for one who has left meanwhile, and so leaves it. */
  #places(fan: number, place: number): boolean {
    const { pending, placeOf, fanAt, until } = this.#parts.places;
    if (pending[fan] === 0) {
      this.#departs(place);
      return false;
    }
    pending[fan] = 0;
    placeOf[fan] = place;
    fanAt[place] = fan;
    until.delete(fan);
    return true;
  }

  #departs(place: number): void {
    this.#count('addDeparture');
    this.#leaving.push(place);
    if (this.#leaving.length === 1) this.#paced('left');
  }

  async #report(): Promise<void> {
    const places = this.#leaving;
    this.#leaving = [];
    await this.#asked.reportLeft({ child: this.name, places });
    const { now } = this.#around.clock;
    if (now - this.#notedAt < NOTE_MS) return;
    this.#notedAt = now;
    this.#count('setNote');
  }
}
