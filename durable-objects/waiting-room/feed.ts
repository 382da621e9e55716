import { CallLog } from '../core/call-log.ts';
import { callState, callTimes } from '../core/calls.ts';
import type { Fan } from '../core/fans.ts';
import type { WindowLimit } from '../core/join-window.ts';
import { orderOf } from '../core/place-order.ts';
import { etaSeconds, peopleAhead } from '../core/tick.ts';
import type { Tick } from '../core/tick.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { FanPosition } from '../protocol/queue-rpc.ts';
import type { RoomStore } from '../storage/room-store.ts';
import { ask } from './ask.ts';
import type { RoomContext } from './context.ts';

interface Kept {
  tick: Tick;
  joinLimit: WindowLimit;
}

/** The last frame is written down at most this often, ms: a leaf that wakes while its parent is away still has one. */
const KEEP_MS = 10_000;
/** A frame older than this while fans wait means that the parent may have forgotten us, ms. */
const STALE_MS = 2 * LIMITS.tickMaxMs;
/** How long "no such event" is believed, ms. */
const ABSENT_MS = 5_000;
/** How long a first answer waits for the first frame, ms. */
const FIRST_FRAME_MS = 3_000;

/** What the leaf knows from its parent: the last tick, the calls, the rules. */
export class Feed {
  readonly #context: RoomContext;
  readonly #store: RoomStore;
  readonly #log = new CallLog();
  #tick: Tick | null = null;
  #text = '';
  #heardAt = -Infinity;
  #keptAt = -Infinity;
  #joinLimit: WindowLimit = LIMITS.accountWindow;
  #windows: { claimWindowMs: number; graceMs: number } | null = null;
  #subscribing: Promise<void> | null = null;
  #absentUntil = -Infinity;
  /** Hears of every newer tick, with the cursor before it. */
  onTick: (before: number) => void = () => undefined;

  constructor(context: RoomContext, store: RoomStore) {
    this.#context = context;
    this.#store = store;
    const kept = store.note('feed');
    if (kept === null) return;
    const { tick, joinLimit } = JSON.parse(kept) as Kept;
    this.#tick = tick;
    this.#joinLimit = joinLimit;
  }

  get tick(): Tick | null {
    return this.#tick;
  }

  get joinLimit(): WindowLimit {
    return this.#joinLimit;
  }

  /** The tick as it is sent: serialised once. */
  get text(): string {
    if (this.#text === '' && this.#tick !== null) this.#text = JSON.stringify(this.#tick);
    return this.#text;
  }

  /** Whether the parent said, a moment ago, that there is no such event. */
  get absent(): boolean {
    return this.#context.now() < this.#absentUntil;
  }

  /** Takes a tick from the parent; an older one changes nothing. */
  take(tick: Tick, joinLimit?: WindowLimit): void {
    this.#heardAt = this.#context.now();
    if (joinLimit !== undefined) this.#joinLimit = joinLimit;
    const before = this.#tick;
    if (before !== null && tick.seq <= before.seq) return;
    this.#tick = tick;
    this.#text = '';
    this.#keep(tick);
    const complete = this.#log.take(tick);
    if (this.#windows !== null) {
      this.#log.prune(tick.at - this.#windows.claimWindowMs - this.#windows.graceMs);
    }
    if (!complete) void this.subscribe();
    this.onTick(before?.cursor ?? 0);
  }

  #keep(tick: Tick): void {
    const now = this.#context.now();
    if (Math.abs(now - this.#keptAt) < KEEP_MS) return;
    this.#keptAt = now;
    const kept: Kept = { tick, joinLimit: this.#joinLimit };
    this.#store.setNote('feed', JSON.stringify(kept));
  }

  /** Resolves once there is a tick, or when it is clear that there will be none soon. Refreshes a stale one. */
  async ready(): Promise<void> {
    if (this.absent) return;
    const stale = this.#context.now() - this.#heardAt > STALE_MS;
    if (this.#tick !== null && !stale) return;
    const asked = this.subscribe();
    if (this.#tick !== null) return;
    let cancel = (): void => undefined;
    const late = new Promise<void>((resolve) => {
      cancel = this.#context.later(FIRST_FRAME_MS, resolve);
    });
    await Promise.race([asked, late]);
    cancel();
  }

  /** Asks the parent for the current tick, the rules and all open calls; one question at a time. */
  subscribe(): Promise<void> {
    this.#subscribing ??= this.#subscribe().finally(() => {
      this.#subscribing = null;
    });
    return this.#subscribing;
  }

  async #subscribe(): Promise<void> {
    const child = this.#context.name;
    const answer = await ask(this.#context, (sale) => sale.subscribe({ child }));
    if (!answer.ok) return;
    if (answer.value === null) {
      this.#absentUntil = this.#context.now() + ABSENT_MS;
      return;
    }
    const { tick, joinLimit, claims } = answer.value;
    if (claims !== undefined) {
      this.#windows = { claimWindowMs: claims.claimWindowMs, graceMs: claims.graceMs };
      this.#log.reset(claims.calls, tick.cursor);
    }
    this.take(tick, joinLimit);
  }

  /** Whether it is this fan's turn, or was. */
  called(fan: Fan): boolean {
    return fan.place !== null && this.#tick !== null && orderOf(fan.place) < this.#tick.cursor;
  }

  /**
   * Where the fan stands now; null when they have no place any more: passed over after the grace time,
   * or inside and done.
   */
  position(fan: Fan): FanPosition | null {
    const tick = this.#tick;
    const { place, admission, joinedAt } = fan;
    if (tick === null || place === null || fan.over) return null;
    const order = orderOf(place);
    const base = { place, order, joinedAt, claimUntil: null, admission: null };
    if (admission !== null) {
      if (admission.until <= this.#context.now()) return null;
      return { ...base, status: 'admitted', ahead: 0, etaSeconds: 0, admission };
    }
    if (order < tick.cursor) {
      const claimUntil = this.#claimUntil(order);
      if (claimUntil === 'past') return null;
      return { ...base, status: 'waiting', ahead: 0, etaSeconds: 0, claimUntil };
    }
    const status = tick.phase === 'lobby' ? 'lobby' : 'waiting';
    return {
      ...base,
      status,
      ahead: peopleAhead(tick, order),
      etaSeconds: etaSeconds(tick, order),
    };
  }

  #claimUntil(order: number): number | 'past' | null {
    const call = this.#log.of(order);
    if (call === 'past') return 'past';
    if (call === 'unknown' || this.#windows === null) return null;
    const { claimUntil, graceUntil } = callTimes(call, this.#windows);
    switch (callState(call, this.#windows, this.#context.now())) {
      case 'window':
        return claimUntil;
      case 'grace':
        return graceUntil;
      case 'lapsed':
      default:
        return 'past';
    }
  }
}
