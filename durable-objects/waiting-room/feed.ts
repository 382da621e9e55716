import { CallLog } from '../core/call-log.ts';
import type { Call } from '../core/calls.ts';
import type { WindowLimit } from '../core/join-window.ts';
import { calledLongAgo, withTick } from '../core/long-ago.ts';
import type { PastCursors } from '../core/long-ago.ts';
import { orderOf } from '../core/place-order.ts';
import { askGapMs, reportGapMs } from '../core/shard-plan.ts';
import type { RoomNode } from '../core/shard-plan.ts';
import { publicTick } from '../core/tick.ts';
import type { Tick } from '../core/tick.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { Subscription } from '../protocol/queue-rpc.ts';
import type { Notes } from '../storage/notes.ts';
import { ask, within } from './ask.ts';
import type { NodeContext } from './context.ts';

interface Kept {
  tick: Tick;
  joinLimit: WindowLimit;
  leavesAtStart: number | null;
  /** Absent in rows from before it was kept. */
  past?: PastCursors;
}

/**
 * The last frame is written down at most this often, ms: an object that wakes while its parent is away still
 * has one, and its age is told. A row of each leaf every ten seconds would cost as much as all departures.
 */
const KEEP_MS = 60_000;
/** A frame older than this while fans wait means that the parent may have forgotten us, ms. */
const STALE_MS = 2 * LIMITS.tickMaxMs;
/** How long "no such event" is believed, ms. */
const ABSENT_MS = 5_000;
/** How long an answer waits for the first frame, and for a newer one when ours may be old, ms. */
const FIRST_FRAME_MS = 3_000;
const NEWER_FRAME_MS = 1_000;

/** What a leaf or relay knows from its parent: the last tick, the calls, the rules. */
export class Feed {
  readonly #context: NodeContext;
  readonly #notes: Notes<'feed'>;
  readonly #node: RoomNode['kind'];
  readonly #log = new CallLog();
  #tick: Tick | null = null;
  #past: PastCursors | null = null;
  /** The one that is written down. */
  #kept: Tick | null = null;
  #text = '';
  #heardAt = -Infinity;
  #keptAt = -Infinity;
  #joinLimit: WindowLimit = LIMITS.accountWindow;
  #leavesAtStart: number | null = null;
  #windows: { claimWindowMs: number; graceMs: number } | null = null;
  #subscribing: Promise<void> | null = null;
  #absentAt = -Infinity;
  /** Hears of every newer tick, with the cursor before it, and whether it is the first since the lobby was drawn. */
  onTick: (before: number, drawn: boolean) => void = () => undefined;

  constructor(context: NodeContext, notes: Notes<'feed'>, node: RoomNode['kind']) {
    this.#context = context;
    this.#node = node;
    this.#notes = notes;
    const kept = notes.note('feed');
    if (kept === null) return;
    const { tick, joinLimit, leavesAtStart, past } = JSON.parse(kept) as Kept;
    this.#tick = tick;
    this.#past = past ?? null;
    this.#kept = tick;
    this.#leavesAtStart = leavesAtStart;
    this.#joinLimit = joinLimit;
  }

  get tick(): Tick | null {
    return this.#tick;
  }

  get joinLimit(): WindowLimit {
    return this.#joinLimit;
  }

  /** Leaves of the tree at the start of the sale; null before the parent has told it. */
  get leavesAtStart(): number | null {
    return this.#leavesAtStart;
  }

  /** Least time between two requests for places to the parent, ms. */
  get askGapMs(): number {
    return Math.max(this.#context.askGapMs, askGapMs(this.#leavesAtStart ?? 1, this.#node));
  }

  /** Least time between two reports of departures to the parent, ms. */
  get reportGapMs(): number {
    return Math.max(this.#context.askGapMs, reportGapMs(this.#leavesAtStart ?? 1));
  }

  /** Claim window and grace; null before the parent has told them. */
  get windows(): { claimWindowMs: number; graceMs: number } | null {
    return this.#windows;
  }

  /** The tick as it is sent: serialised once. */
  get text(): string {
    if (this.#text === '' && this.#tick !== null)
      this.#text = JSON.stringify(publicTick(this.#tick));
    return this.#text;
  }

  /** Whether the parent has answered since the object woke: before, the tick may be old, also one that came since. */
  get isHeard(): boolean {
    return this.#windows !== null;
  }

  /** Whether the parent said, a moment ago, that there is no such event. */
  get absent(): boolean {
    return Math.abs(this.#context.now() - this.#absentAt) < ABSENT_MS;
  }

  /** Orders below it were called long before `now`. */
  calledLongAgo(now: number): number {
    if (this.#tick === null || this.#past === null) return 0;
    return calledLongAgo(this.#past, this.#tick, now);
  }

  /** Takes a tick from the parent; an older one changes nothing. */
  take(tick: Tick, joinLimit?: WindowLimit): void {
    this.#heardAt = this.#context.now();
    if (joinLimit !== undefined) this.#joinLimit = joinLimit;
    const before = this.#tick;
    if (before !== null && tick.seq <= before.seq) return;
    this.#tick = tick;
    this.#text = '';
    this.#past = withTick(this.#past, tick);
    this.#keep(tick);
    const complete = this.#log.take(tick);
    if (this.#windows !== null) {
      this.#log.prune(tick.at - this.#windows.claimWindowMs - this.#windows.graceMs);
    }
    if (!complete) void this.subscribe();
    this.onTick(before?.cursor ?? 0, tick.draw !== undefined && before?.draw === undefined);
  }

  #keep(tick: Tick, atOnce = false): void {
    const now = this.#context.now();
    if (!atOnce && Math.abs(now - this.#keptAt) < KEEP_MS) return;
    this.#keptAt = now;
    this.#kept = tick;
    const past = this.#past ?? withTick(null, tick);
    const kept = { tick, joinLimit: this.#joinLimit, leavesAtStart: this.#leavesAtStart, past };
    this.#notes.setNote('feed', JSON.stringify(kept satisfies Kept));
  }

  /** Writes the tick down if by the one that is written down this place was not called yet. */
  keepCursorPast(place: number): void {
    const [tick, kept] = [this.#tick, this.#kept];
    const isPast = (frame: Tick | null): boolean =>
      frame !== null && orderOf(place, frame.draw) < frame.cursor;
    if (tick !== null && isPast(tick) && !isPast(kept)) this.#keep(tick, true);
  }

  /** Resolves once there is a fresh tick and the rules, or when it is clear that there will be none soon. */
  async ready(): Promise<void> {
    if (this.absent) return;
    const stale = this.#context.now() - this.#heardAt > STALE_MS;
    const known = this.#tick !== null && this.#leavesAtStart !== null;
    if (known && !stale) return;
    await within(this.#context, known ? NEWER_FRAME_MS : FIRST_FRAME_MS, this.subscribe());
  }

  /** Resolves once there are the calls and the rules, or when it is clear that there will be none soon. */
  async hearCalls(): Promise<void> {
    const { tick, windows } = this;
    if (tick !== null && windows !== null && this.#log.callsTo(tick.cursor) !== null) return;
    await within(this.#context, NEWER_FRAME_MS, this.subscribe());
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
    const answer = await ask(this.#context, () => this.#context.parent().subscribe({ child }));
    if (!answer.ok || answer.value === 'away') return;
    if (answer.value === null) {
      this.#absentAt = this.#context.now();
      return;
    }
    const { tick, joinLimit, claims, leavesAtStart } = answer.value;
    const learnt = this.#leavesAtStart === null;
    this.#leavesAtStart = leavesAtStart;
    this.#windows = { claimWindowMs: claims.claimWindowMs, graceMs: claims.graceMs };
    this.#log.reset(claims.calls, tick.cursor);
    this.take(tick, joinLimit);
    if (learnt) this.#keep(tick, true);
  }

  /** What a child that subscribes here is told; null while a part of it is missing. */
  subscription(): Subscription | null {
    const tick = this.#tick;
    const calls = tick === null ? null : this.#log.callsTo(tick.cursor);
    const leavesAtStart = this.#leavesAtStart;
    if (tick === null || calls === null || this.#windows === null || leavesAtStart === null) {
      return null;
    }
    return { tick, joinLimit: this.#joinLimit, claims: { ...this.#windows, calls }, leavesAtStart };
  }

  /** The call of an order below the cursor: `past` when its time is over, `unknown` while the parent has not told it. */
  callOf(order: number): Call | 'past' | 'unknown' {
    return this.#log.of(order);
  }
}
