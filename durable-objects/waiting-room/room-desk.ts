import type { Fan } from '../core/fans.ts';
import type { AccountId } from '../core/ids.ts';
import { JoinWindow } from '../core/join-window.ts';
import { orderOf } from '../core/place-order.ts';
import type { Refused, Result } from '../core/result.ts';
import type { Tick } from '../core/tick.ts';
import type {
  FanPosition,
  JoinOutcome,
  PositionOutcome,
  PublishedFrames,
  WaitingRoomRpc,
} from '../protocol/queue-rpc.ts';
import type { RoomStore } from '../storage/room-store.ts';
import { Claims } from './claims.ts';
import type { ClaimResult } from './claims.ts';
import type { Audience, RoomContext } from './context.ts';
import { Departures } from './departures.ts';
import { Feed } from './feed.ts';
import { Joins } from './joins.ts';
import type { Settled } from './joins.ts';
import { Roll } from './roll.ts';
import { isCalled, standingOf } from './standing.ts';

const OVERLOADED = { ok: false, code: 'overloaded', retryAfterMs: 2_000 } as const;

type Refusal = JoinOutcome & { ok: false };

/** What a join over a socket comes to at once; `pending`: the audience hears the place, or why there is none yet. */
export type LiveJoin = JoinOutcome | 'pending';

/** A leaf without sockets and platform: joins, positions, departures and ticks of its fans. */
export class RoomDesk implements WaitingRoomRpc {
  readonly #context: RoomContext;
  readonly #audience: Audience;
  readonly #roll: Roll;
  readonly #window = new JoinWindow();
  readonly #feed: Feed;
  readonly #joins: Joins;
  readonly #departures: Departures;
  readonly #claims: Claims;
  #sentSeq = 0;

  constructor(context: RoomContext, store: RoomStore, audience: Audience) {
    this.#context = context;
    this.#audience = audience;
    this.#feed = new Feed(context, store);
    this.#feed.onTick = (before) => this.#tellCalled(before);
    this.#roll = new Roll(context, store);
    this.#joins = new Joins(context, this.#roll, this.#feed, {
      placed: (fans) => this.#tellPlaced(fans),
      failed: (accounts, settled) => this.#tellFailed(accounts, settled),
    });
    this.#departures = new Departures(context, this.#roll);
    this.#claims = new Claims(context, this.#roll);
  }

  /** After a wake, or when the alarm rings: finishes what was begun, and hears from the parent again. */
  start(): void {
    this.#joins.start();
    this.#departures.start();
    if (this.#roll.fans.size > 0) void this.#feed.subscribe();
  }

  /** Resolves once there is a tick, or when it is clear that there will be none soon. */
  ready(): Promise<void> {
    return this.#feed.ready();
  }

  /** The last tick, serialised; null before the first. */
  tickText(): string | null {
    return this.#feed.tick === null ? null : this.#feed.text;
  }

  joinAll(request: { accountIds: readonly AccountId[] }): Promise<JoinOutcome[]> {
    return Promise.all(request.accountIds.map((accountId) => this.join({ accountId })));
  }

  /** One account's place: the one it has, or the next. */
  async join(request: { accountId: AccountId }): Promise<JoinOutcome> {
    const { accountId } = request;
    const entered = await this.#recheck(accountId, this.#enter(accountId));
    if (entered !== 'pending' && !entered.ok) return entered;
    const settled = await this.#joins.settled(accountId);
    if (!settled.ok) return this.#forgive(accountId, settled);
    const position = await this.signedPosition(accountId);
    return position === null ? this.#forgive(accountId, OVERLOADED) : { ok: true, position };
  }

  /** A join over a socket: no promise, no call of its own. */
  joinLive(accountId: AccountId): LiveJoin {
    const entered = this.#enter(accountId);
    if (entered === 'pending') {
      this.#joins.listen(accountId);
    } else if (entered.ok && entered.position.status === 'admitted') {
      void this.#recheckLive(accountId, entered);
      return 'pending';
    }
    return entered;
  }

  /** The limit, then the place that is there already, then the next batch. */
  #enter(accountId: AccountId): LiveJoin {
    const now = this.#context.now();
    const retryAfterMs = this.#window.take(accountId, this.#feed.joinLimit, now);
    if (retryAfterMs > 0) return { ok: false, code: 'rate_limited', retryAfterMs };
    const position = this.positionOf(accountId);
    if (position !== null) return { ok: true, position };
    if (this.#feed.absent) return { ok: false, code: 'event_not_found' };
    return this.#queue(accountId);
  }

  #queue(accountId: AccountId): LiveJoin {
    return this.#joins.enter(accountId) ? 'pending' : this.#forgive(accountId, OVERLOADED);
  }

  /** One who is inside may have been told goodbye since: the parent knows, and a new place is given. */
  async #recheck(accountId: AccountId, entered: LiveJoin): Promise<LiveJoin> {
    const fan = this.#roll.fans.get(accountId);
    if (entered === 'pending' || !entered.ok || !fan || fan.admission === null) return entered;
    const checked = await this.#claims.check(fan);
    const gone = !checked.ok && checked.code === 'admission_expired';
    return gone ? this.#queue(accountId) : entered;
  }

  async #recheckLive(accountId: AccountId, entered: LiveJoin): Promise<void> {
    const checked = await this.#recheck(accountId, entered);
    if (checked === 'pending') this.#joins.listen(accountId);
    else if (checked.ok) this.#audience.place(accountId, checked.position);
    else this.#audience.error(accountId, checked.code);
  }

  /** An attempt that we asked the fan to repeat does not count. */
  #forgive<Refused extends Refusal>(accountId: AccountId, refused: Refused): Refused {
    if (refused.code === 'overloaded') this.#window.refund(accountId);
    return refused;
  }

  /** Where the account stands now; null for one without a place. */
  positionOf(accountId: AccountId): FanPosition | null {
    const fan = this.#roll.fans.get(accountId);
    return fan === undefined ? null : this.#position(fan);
  }

  /** The same, with the receipt. */
  async signedPosition(accountId: AccountId): Promise<FanPosition | null> {
    const fan = this.#roll.fans.get(accountId);
    if (fan !== undefined) await this.#roll.receipts.sign(fan.batch);
    return this.positionOf(accountId);
  }

  #position(fan: Fan): FanPosition | null {
    const standing = standingOf(this.#feed, fan, this.#context.now());
    return standing === null ? null : { ...standing, receipt: this.#roll.receipts.of(fan) };
  }

  async position(request: { accountId: AccountId; claim: boolean }): Promise<PositionOutcome> {
    const { accountId } = request;
    await this.#feed.ready();
    const settled = await this.#joins.settled(accountId);
    if (!settled.ok) return settled.code === 'overloaded' ? OVERLOADED : this.#missing();
    if (request.claim) await this.claim(accountId);
    const position = await this.signedPosition(accountId);
    return position === null ? this.#missing() : { ok: true, position };
  }

  /** The account comes in if it is called; one who is inside gets the same admission. */
  async claim(accountId: AccountId): Promise<ClaimResult | NotInQueue> {
    const fan = this.#roll.fans.get(accountId);
    if (fan === undefined) return { ok: false, code: 'not_in_queue' };
    if (fan.over) return { ok: false, code: 'admission_expired' };
    if (fan.admission === null && !isCalled(this.#feed, fan)) {
      return { ok: false, code: 'not_admitted' };
    }
    return this.#claims.claim(fan);
  }

  leave(request: {
    accountId: AccountId;
  }): Promise<Result<object, Refused<'not_in_queue' | 'event_not_found'>>> {
    return Promise.resolve(this.leaveNow(request.accountId) ? { ok: true } : this.#missing());
  }

  /** Gives the place up for good; false when there is none. */
  leaveNow(accountId: AccountId): boolean {
    const pending = this.#joins.withdraw(accountId);
    const fan = this.#roll.fans.get(accountId);
    if (pending !== 'unwritten') {
      if (fan === undefined) return false;
      const standing = standingOf(this.#feed, fan, this.#context.now());
      if (pending === 'none' && standing === null) return false;
      this.#departures.add(fan);
    }
    this.#audience.left(accountId);
    return true;
  }

  async lastTick(): Promise<Tick | null> {
    await this.#feed.ready();
    return this.#feed.tick;
  }

  publish(frames: PublishedFrames): Promise<void> {
    if (frames.tick !== undefined) this.#feed.take(frames.tick);
    const { tick } = this.#feed;
    // A grant may have brought a newer one than this: then that one goes out.
    if (frames.tick !== undefined && tick !== null && tick.seq > this.#sentSeq) {
      this.#sentSeq = tick.seq;
      this.#audience.tick(this.#feed.text);
    }
    if (frames.seats !== undefined) this.#audience.seats(frames.seats);
    return Promise.resolve();
  }

  #missing(): Refused<'not_in_queue' | 'event_not_found'> & { ok: false } {
    return { ok: false, code: this.#feed.absent ? 'event_not_found' : 'not_in_queue' };
  }

  #tellPlaced(fans: readonly Fan[]): void {
    for (const fan of fans) this.#tell(fan);
    this.#departures.start();
  }

  #tell(fan: Fan): void {
    if (!this.#audience.has(fan.accountId)) return;
    const position = this.#position(fan);
    if (position !== null) this.#audience.place(fan.accountId, position);
  }

  #tellFailed(accounts: Iterable<AccountId>, settled: Settled & { ok: false }): void {
    for (const accountId of accounts) {
      const refused = this.#forgive(accountId, settled);
      const retryAfterMs = refused.code === 'overloaded' ? refused.retryAfterMs : undefined;
      this.#audience.error(accountId, refused.code, retryAfterMs);
    }
  }

  /** Whoever was called between `before` and the cursor hears until when they may come in. */
  #tellCalled(before: number): void {
    const cursor = this.#feed.tick?.cursor ?? 0;
    if (cursor <= before) return;
    for (const fan of this.#roll.fans.all()) {
      if (fan.place === null || fan.admission !== null) continue;
      const order = orderOf(fan.place);
      if (order >= before && order < cursor) this.#tell(fan);
    }
  }
}

type NotInQueue = { ok: false; code: 'not_in_queue' };
