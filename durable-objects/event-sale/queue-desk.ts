import { openWithin } from '../core/calls.ts';
import type { AccountId } from '../core/ids.ts';
import { admissionIdOf, placeOfAdmission } from '../core/place-order.ts';
import type { DrawnLobby } from '../core/place-order.ts';
import { unreachable } from '../core/result.ts';
import type { SaleSettings } from '../core/sale.ts';
import type { Tick } from '../core/tick.ts';
import type { RecordPage } from '../protocol/fairness-rpc.ts';
import { LIMITS } from '../protocol/limits.ts';
import type {
  GrantOutcome,
  GrantRequest,
  SaleQueueRpc,
  Subscription,
} from '../protocol/queue-rpc.ts';
import type { QueueStore } from '../storage/queue-store.ts';
import type { Timer } from '../storage/timers.ts';
import type { AdmissionBook, SaleContext, SeatChanges, SeatCount } from './context.ts';
import { frameOf } from './queue-frame.ts';
import { QueueDrawing } from './queue-drawing.ts';
import { QueueLine } from './queue-line.ts';
import { recordPage, recordSteps } from './queue-record.ts';
import type { RecordSteps } from './queue-record.ts';

export { queueSteps } from '../storage/queue-store.ts';

type ClaimOutcome = Awaited<ReturnType<SaleQueueRpc['claimAdmission']>>;
type ClaimRequest = Parameters<SaleQueueRpc['claimAdmission']>[0];

const KIND = 'queue';
const ADVANCE = 'advance';
const HEARTBEAT = 'heartbeat';
const DRAW = 'draw';
/** Numbers of ticks reserved with one write; a restart skips what is left of them. */
const SEQ_BLOCK = 1_000;
/** How long before opening the lobby gets heartbeats, ms. */
const LOBBY_HEARTBEAT_MS = 10 * 60_000;
/** People from whom on a grant is answered with the last frame: sketching so many takes milliseconds. */
const LONG_LINE = 5_000;
/** A clock that was set back by no more is waited for, ms; by more, it was wrong before. */
const CLOCK_WAIT_MS = 60_000;
/** The steps of the public record are shown again for so long, ms: anybody may ask for it, any number of times. */
const STEPS_MS = 5_000;
/** When one who found no free slot in grace should ask again, ms. */
const RETRY_CLAIM_MS = 2_000;

/**
 * The queue of one sale: gives out places, calls people in, and publishes the tick. Synchronous;
 * each call first catches up with the clock, so that a missing timer never blocks the line.
 */
export class QueueDesk implements AdmissionBook {
  readonly timerKinds: readonly string[] = [KIND];
  readonly #context: SaleContext;
  readonly #store: QueueStore;
  readonly #seats: SeatCount & SeatChanges;
  readonly #drawing: QueueDrawing;
  readonly #line: QueueLine;
  readonly #children: Set<string>;
  #seq: number;
  #publishedAt = -Infinity;
  #last: Tick | null = null;
  /** The latest time seen. */
  #time: number;
  #flushPlanned = false;
  #steps: { at: number; steps: RecordSteps } | null = null;
  /** What the last published frame showed. */
  #told = '';
  /** Due times as last written, so that an unchanged timer costs nothing. Unknown after a wake. */
  readonly #timerDue = new Map<string, number | null>();

  constructor(context: SaleContext, store: QueueStore, seats: SeatCount & SeatChanges) {
    this.#context = context;
    this.#store = store;
    this.#seats = seats;
    this.#drawing = new QueueDrawing(context, store);
    const settings = (): SaleSettings => context.definition.settings;
    this.#line = new QueueLine(store, this.#drawing, settings, context.now());
    this.#drawing.onDrawn = (lobby) => this.#drawn(lobby);
    this.#drawing.onPutOff = () => this.#arm();
    this.#children = new Set(store.children());
    this.#seq = this.#line.state.seqCeiling;
    this.#time = this.#line.state.calledAt;
  }

  /** Time does not run back: windows that were over would open again, and slots be given away twice. */
  #now(): number {
    const now = this.#context.now();
    if (now > this.#time || this.#time - now > CLOCK_WAIT_MS) this.#time = now;
    return this.#time;
  }

  /** After a wake: catches up, arms timers, and tells the children what the one that died may not have told. */
  start(): void {
    this.#catchUp();
    if (this.#line.waiting() > 0 || this.#line.calls.length > 0) this.#changed();
    this.#arm();
  }

  /** From the cron: catches up and sets the timers anew, should all of them be wrong since the clock was set back. */
  nudge(): void {
    this.#catchUp();
    this.#arm();
  }

  /** The range of `(child, batch)`; asked again, the same range. The child is subscribed by it. */
  grant(request: GrantRequest): GrantOutcome {
    const { settings, eventId } = this.#context.definition;
    const now = this.#now();
    const { child, batch, count } = request;
    if (!Number.isSafeInteger(count) || count < 1) throw new Error(`a batch of ${count} people`);
    const known = this.#store.link(child, batch);
    this.#catchUp();
    if (known === null && this.#line.state.closed) return { ok: false, code: 'sale_closed' };
    this.#subscribe(child);
    const { fresh, link, head } = this.#line.grant(request, now);
    if (fresh) {
      this.#context.ports.telemetry.record({ name: 'joined', eventId, count });
      this.#changed();
    }
    this.#catchUp();
    this.#arm();
    const grant = { first: link.first, count: link.count };
    const { joinLimit } = settings;
    return { ok: true, grant, link, head, path: '', tick: this.#answer(now), joinLimit };
  }

  /** Idempotent: whoever is not there any more is passed over. */
  reportLeft(request: { child: string; places: readonly number[] }): void {
    const { eventId } = this.#context.definition;
    const count = this.#line.depart(request.places, this.#now());
    if (count > 0) {
      this.#context.ports.telemetry.record({ name: 'left', eventId, count });
      this.#changed();
    }
    this.#catchUp();
    this.#arm();
  }

  /**
   * The fan comes in: within the claim window always, in grace while a slot is free; after it, or
   * after the admission has ended, `admission_expired`: the fan may join again for a new place.
   */
  claim(request: ClaimRequest): ClaimOutcome {
    const { accountId, place } = request;
    const { eventId, settings } = this.#context.definition;
    this.#catchUp();
    const now = this.#now();
    const claim = this.#line.claim(accountId, place, now);
    if (claim.state === 'live' && claim.fresh) {
      const waitedMs = now - settings.opensAt;
      const telemetry = this.#context.ports.telemetry;
      telemetry.record({ name: 'admitted', eventId, accountId, durationMs: Math.max(0, waitedMs) });
      this.#changed();
    }
    this.#arm();
    switch (claim.state) {
      case 'live': {
        const { claimedAt, until } = claim.row;
        const admissionId = admissionIdOf(eventId, place);
        return { ok: true, admission: { admissionId, claimedAt, until } };
      }
      case 'not_called':
        return { ok: false, code: 'not_admitted' };
      case 'expired':
        return { ok: false, code: 'admission_expired' };
      case 'full':
        return { ok: false, code: 'slots_full', retryAfterMs: RETRY_CLAIM_MS };
      default:
        return unreachable(claim);
    }
  }

  /** Current tick; from now on ticks are published to `child`. */
  subscribe(child: string): Subscription {
    const { settings } = this.#context.definition;
    const { admission, joinLimit, leavesAtStart = settings.leaves } = settings;
    this.#subscribe(child);
    this.#catchUp();
    this.#arm();
    const { claimWindowMs, graceMs } = admission;
    const calls = this.#line.calls.map(({ first, end, calledAt }) => ({ first, end, calledAt }));
    return {
      tick: this.tick(),
      joinLimit,
      claims: { claimWindowMs, graceMs, calls },
      leavesAtStart,
    };
  }

  /** The public record with the links from number `from` on. */
  record(from: number): RecordPage {
    this.#catchUp();
    this.#arm();
    const { definition } = this.#context;
    const parts = { drawing: this.#drawing, line: this.#line, store: this.#store };
    const now = this.#now();
    if (this.#steps === null || Math.abs(now - this.#steps.at) >= STEPS_MS)
      this.#steps = { at: now, steps: recordSteps(definition, parts) };
    return recordPage(definition, parts, from, this.#steps.steps);
  }

  /** Everyone who gets the frames; kept over restarts. */
  children(): string[] {
    return [...this.#children];
  }

  get paused(): boolean {
    return this.#line.state.paused;
  }

  /** The organiser's switch. Paused: joins go on, nobody is called. */
  setPaused(paused: boolean): void {
    if (this.#line.state.paused === paused) return;
    this.#line.patch({ paused });
    this.#changed();
    this.#catchUp();
    this.#arm();
  }

  /** A new frame of this moment; its `seq` is greater than any before. */
  tick(): Tick {
    this.#seq += 1;
    if (this.#seq > this.#line.state.seqCeiling) {
      this.#line.patch({ seqCeiling: this.#seq + SEQ_BLOCK });
    }
    const { definition } = this.#context;
    const view = this.#line.view(this.#now(), this.#seats);
    this.#last = frameOf(definition, this.#line, this.#seq, view, this.#last?.within);
    return this.#last;
  }

  /** A frame to answer a grant with: those who have just joined stand behind all that it knows. */
  #answer(now: number): Tick {
    const last = this.#last;
    const young = last !== null && Math.abs(now - last.at) < LIMITS.tickMinMs;
    return young && last.waiting > LONG_LINE ? last : this.tick();
  }

  admission(
    accountId: AccountId,
    admissionId: string,
  ): { state: 'live'; until: number } | { state: 'expired' | 'none' } {
    const now = this.#now();
    const place = placeOfAdmission(this.#context.definition.eventId, admissionId);
    if (place === null) return { state: 'none' };
    const inside = this.#line.live(accountId, now);
    const row = inside?.place === place ? inside : this.#line.admission(place);
    if (row === null || row.accountId !== accountId) return { state: 'none' };
    const live = row.endedAt === null && row.until > now;
    return live ? { state: 'live', until: row.until } : { state: 'expired' };
  }

  endAdmission(accountId: AccountId): void {
    if (this.#line.end(accountId, this.#now())) this.#changed();
  }

  tookSeats(accountId: AccountId, seats: number): void {
    this.#line.takes(accountId, seats, this.#now());
  }

  /** From the seats: the number free has changed. Told with the next tick. */
  seatsChanged(): void {
    this.#changed();
  }

  onTimer(timer: Timer): void {
    this.#timerDue.delete(timer.key);
    this.#context.timers.clear(KIND, timer.key);
    this.#catchUp();
    const silentMs = Math.abs(this.#now() - this.#publishedAt);
    const heard = timer.key !== HEARTBEAT || silentMs < LIMITS.tickMaxMs;
    if (!heard || this.#line.signature(this.#now(), this.#seats) !== this.#told) this.#changed();
    this.#arm();
  }

  #subscribe(child: string): void {
    if (this.#children.has(child)) return;
    this.#children.add(child);
    this.#store.addChild(child);
  }

  #catchUp(): void {
    const now = this.#now();
    const count = this.#line.advance(now, this.#seats);
    if (this.#line.state.opened) {
      this.#drawing.open(
        this.#line.chain,
        Math.max(now, this.#context.definition.settings.opensAt),
      );
      this.#drawing.ask(now);
    }
    if (count === 0) return;
    const { eventId } = this.#context.definition;
    this.#context.ports.telemetry.record({ name: 'called', eventId, count });
    this.#changed();
  }

  #drawn(lobby: DrawnLobby): void {
    this.#line.reorder(lobby);
    // They were of places, and are of orders from now on.
    this.#steps = null;
    const { eventId } = this.#context.definition;
    this.#context.ports.telemetry.record({ name: 'drawn', eventId, count: lobby.n });
    this.#changed();
    this.#catchUp();
    this.#arm();
  }

  /** Something a fan may see has changed: one tick soon, however much more changes until then. */
  #changed(): void {
    if (this.#flushPlanned) return;
    this.#flushPlanned = true;
    const now = this.#now();
    const wait = Math.min(LIMITS.tickMinMs, this.#publishedAt + LIMITS.tickMinMs - now);
    this.#context.later(Math.max(0, wait), () => this.#flush());
  }

  #flush(): void {
    try {
      this.#catchUp();
    } finally {
      // Should anything be wrong, the next change is told all the same.
      this.#flushPlanned = false;
    }
    this.#publishedAt = this.#now();
    this.#told = this.#line.signature(this.#publishedAt, this.#seats);
    if (this.#children.size > 0) {
      const seats = this.#seats.changesForTick();
      this.#context.publish({ tick: this.tick(), ...(seats === undefined ? {} : { seats }) });
    }
    this.#arm();
  }

  #arm(): void {
    const now = this.#now();
    this.#setTimer(ADVANCE, this.#line.nextChangeAt(now, this.#seats));
    this.#setTimer(
      DRAW,
      this.#drawing.dueAt === null ? null : Math.max(this.#drawing.dueAt, now + 1),
    );
    const heartbeatAt = this.#heartbeatAt(now);
    // One that is set stays: moving it with every tick would cost a row each. It moves when it fires, or when the clock
    // was set back: then it would not for long.
    const set = this.#timerDue.get(HEARTBEAT) ?? null;
    const isFar = set !== null && heartbeatAt !== null && set > heartbeatAt + LIMITS.tickMaxMs;
    if (heartbeatAt === null || set === null || isFar) this.#setTimer(HEARTBEAT, heartbeatAt);
  }

  #heartbeatAt(now: number): number | null {
    const { settings } = this.#context.definition;
    if (this.#children.size === 0 || this.#line.state.closed) return null;
    // Who is called must hear of it, though one frame be lost and nobody stand behind them.
    const called = openWithin(this.#line.calls, settings.admission, now);
    if (this.#line.waiting() === 0 && called === 0) return null;
    const from = settings.opensAt - LOBBY_HEARTBEAT_MS;
    const since = Number.isFinite(this.#publishedAt) ? Math.min(this.#publishedAt, now) : now;
    return Math.max(from, since + LIMITS.tickMaxMs, now + LIMITS.tickMinMs);
  }

  #setTimer(key: string, due: number | null): void {
    if (this.#timerDue.get(key) === due) return;
    this.#timerDue.set(key, due);
    if (due === null) this.#context.timers.clear(KIND, key);
    else this.#context.timers.set(KIND, key, due);
  }
}
