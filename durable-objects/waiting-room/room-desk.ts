import type { Fan } from '../core/fans.ts';
import type { AccountId } from '../core/ids.ts';
import { orderOf } from '../core/place-order.ts';
import type { Refused } from '../core/result.ts';
import { isFar, isForAll } from '../core/tick-pace.ts';
import type { Tick } from '../core/tick.ts';
import type {
  FanPosition,
  Inheritance,
  JoinOutcome,
  LeaveOutcome,
  Moved,
  PositionOutcome,
  PublishedFrames,
  WaitingRoomRpc,
} from '../protocol/queue-rpc.ts';
import type { RoomStore } from '../storage/room-store.ts';
import { Claims } from './claims.ts';
import type { ClaimResult } from './claims.ts';
import type { Audience, RoomContext } from './context.ts';
import { Departures } from './departures.ts';
import { Entrance, OVERLOADED } from './entrance.ts';
import type { Entered } from './entrance.ts';
import { Feed } from './feed.ts';
import { Homes } from './homes.ts';
import type { Home } from './homes.ts';
import { Joins } from './joins.ts';
import type { Settled } from './joins.ts';
import { Roll } from './roll.ts';
import { hasLapsed, isCalled, standingOf } from './standing.ts';

/** What a join over a socket comes to at once; `pending`: the audience hears the place, or why there is none yet. */
export type LiveJoin = Exclude<Entered, Moved>;

/** A leaf without sockets and platform: joins, positions, departures and ticks of its fans. */
export class RoomDesk implements WaitingRoomRpc {
  readonly #context: RoomContext;
  readonly #audience: Audience;
  readonly #roll: Roll;
  readonly #homes: Homes;
  readonly #entrance: Entrance;
  readonly #feed: Feed;
  readonly #joins: Joins;
  readonly #departures: Departures;
  readonly #claims: Claims;
  #sent: Tick | null = null;

  constructor(context: RoomContext, store: RoomStore, audience: Audience) {
    this.#context = context;
    this.#audience = audience;
    this.#feed = new Feed(context, store, 'leaf');
    this.#feed.onTick = (before, drawn) => this.#tellMoved(before, drawn);
    this.#roll = new Roll(context, store);
    this.#homes = new Homes(context, store, this.#roll, this.#feed);
    this.#joins = new Joins(context, this.#roll, this.#feed, {
      placed: (fans) => this.#tellPlaced(fans),
      failed: (accounts, settled) => this.#tellFailed(accounts, settled),
    });
    this.#departures = new Departures(context, this.#roll, this.#feed);
    this.#claims = new Claims(context, this.#roll, this.#feed);
    this.#entrance = new Entrance(context, {
      feed: this.#feed,
      roll: this.#roll,
      homes: this.#homes,
      joins: this.#joins,
      claims: this.#claims,
    });
  }

  /** After a wake, or when the alarm rings: finishes what was begun, and hears from the parent again. */
  start(): void {
    this.#joins.start();
    this.#departures.start();
    this.#homes.start();
    if (this.#roll.handedOver.size > 0) this.#release();
    if (this.#roll.fans.size > 0) void this.#feed.subscribe();
  }

  /** Resolves once there is a tick and it is clear whose accounts are here, or when that will take too long. */
  async ready(): Promise<void> {
    await this.#feed.ready();
    await this.#homes.ready();
  }

  /** Where the account is at home. */
  homeOf(accountId: AccountId): Home {
    return this.#homes.of(accountId);
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
    const away = this.#isHere(accountId) ? null : await this.#entrance.elsewhere(accountId);
    if (away !== null) return away;
    if (this.#entrance.isDoubtful(accountId) && !(await this.#entrance.isClear(accountId)))
      return OVERLOADED;
    const entered = await this.#entrance.recheck(accountId, this.#entrance.enter(accountId));
    if (entered !== 'pending' && !entered.ok) return entered;
    const settled = await this.#joins.settled(accountId);
    if (!settled.ok) return this.#entrance.forgive(accountId, settled);
    const position = await this.signedPosition(accountId);
    return position === null
      ? this.#entrance.forgive(accountId, OVERLOADED)
      : { ok: true, position };
  }

  /** A join over a socket: no promise, no call of its own. */
  joinLive(accountId: AccountId): LiveJoin {
    if (!this.#isHere(accountId) || this.#entrance.isDoubtful(accountId)) {
      void this.#joinLater(accountId);
      return 'pending';
    }
    return this.#enterLive(accountId);
  }

  #enterLive(accountId: AccountId): LiveJoin {
    const entered = this.#entrance.enter(accountId);
    if (entered === 'pending') {
      this.#joins.listen(accountId);
      return entered;
    }
    if (entered.ok && entered.position.status === 'admitted') {
      void this.#recheckLive(accountId, entered);
      return 'pending';
    }
    return entered.ok || entered.code !== 'moved' ? entered : OVERLOADED;
  }

  async #joinLater(accountId: AccountId): Promise<void> {
    const away = await this.#entrance.elsewhere(accountId);
    if (away !== null) this.#tellJoined(accountId, away);
    else if (this.#entrance.isDoubtful(accountId) && !(await this.#entrance.isClear(accountId)))
      this.#tellJoined(accountId, OVERLOADED);
    else this.#tellJoined(accountId, this.#enterLive(accountId));
  }

  async #recheckLive(accountId: AccountId, entered: Entered): Promise<void> {
    const checked = await this.#entrance.recheck(accountId, entered);
    if (checked === 'pending') this.#joins.listen(accountId);
    this.#tellJoined(accountId, checked);
  }

  #isHere(accountId: AccountId): boolean {
    return this.#homes.of(accountId) === 'here';
  }

  /** Where the account stands now; null for one without a place. */
  positionOf(accountId: AccountId): FanPosition | null {
    return this.#entrance.positionOf(accountId);
  }

  /** Whether the account is this leaf's, as soon as that is known or will not be known soon. */
  async answersFor(accountId: AccountId): Promise<boolean> {
    if (!this.#isHere(accountId)) await this.ready();
    return this.#isHere(accountId) || this.#feed.absent;
  }

  /** What the account's new socket hears first; `later`: it belongs elsewhere, or only those know who are away. */
  async welcome(accountId: AccountId): Promise<FanPosition | null | 'later'> {
    await this.ready();
    if (!(await this.answersFor(accountId))) return 'later';
    if (!(await this.#entrance.isClear(accountId))) return 'later';
    const position = await this.signedPosition(accountId);
    // Handed over while we waited: the place is there, and another leaf has it.
    return position === null && !this.#isHere(accountId) && !this.#feed.absent ? 'later' : position;
  }

  /** The same, with the receipt. */
  async signedPosition(accountId: AccountId): Promise<FanPosition | null> {
    const fan = this.#roll.fans.get(accountId);
    if (fan !== undefined) await this.#roll.receipts.sign(fan.batch);
    return this.positionOf(accountId);
  }

  async position(request: { accountId: AccountId; claim: boolean }): Promise<PositionOutcome> {
    const { accountId } = request;
    await this.#feed.ready();
    const away = this.#isHere(accountId) ? null : await this.#entrance.elsewhere(accountId);
    if (away !== null) return away;
    const settled = await this.#joins.settled(accountId);
    if (!settled.ok) return settled.code === 'overloaded' ? OVERLOADED : this.#missing(accountId);
    if (request.claim) await this.claim(accountId);
    if (!(await this.#entrance.isClear(accountId))) return OVERLOADED;
    const position = await this.signedPosition(accountId);
    return position === null ? this.#missing(accountId) : { ok: true, position };
  }

  /** The account comes in if it is called; one who is inside gets the same admission. */
  async claim(accountId: AccountId): Promise<ClaimResult | NotInQueue> {
    const fan = this.#roll.fans.get(accountId);
    if (fan === undefined) return { ok: false, code: 'not_in_queue' };
    if (fan.over) return { ok: false, code: 'admission_expired' };
    // A leaf that has just woken may go by an old tick: then the parent says whether it is too early.
    if (fan.admission === null && this.#feed.isHeard && !isCalled(this.#feed, fan)) {
      return { ok: false, code: 'not_admitted' };
    }
    return this.#claims.claim(fan);
  }

  async leave(request: { accountId: AccountId }): Promise<LeaveOutcome> {
    const { accountId } = request;
    const away = this.#isHere(accountId) ? null : await this.#entrance.elsewhere(accountId);
    if (away !== null) return away;
    return this.leaveNow(accountId) ? { ok: true } : this.#missing(accountId);
  }

  /** Gives the place up for good; false when there is none. */
  leaveNow(accountId: AccountId): boolean {
    const pending = this.#joins.withdraw(accountId);
    const fan = this.#roll.fans.get(accountId);
    if (pending !== 'unwritten') {
      if (fan === undefined) return false;
      const standing = standingOf(this.#feed, fan, this.#context.now());
      const lapsed = hasLapsed(this.#feed, fan, this.#context.now());
      if (pending === 'none' && standing === null && !lapsed) return false;
      this.#departures.add(fan);
    }
    this.#audience.left(accountId);
    return true;
  }

  async handOver(request: { to: number }): Promise<Inheritance | 'not yet'> {
    await this.ready();
    const isBusy = (isTheirs: (accountId: AccountId) => boolean): boolean =>
      this.#joins.hasPending(isTheirs) || this.#claims.isAsking(isTheirs);
    const inheritance = this.#homes.handOver(request.to, isBusy);
    if (inheritance !== 'not yet') this.#release();
    return inheritance;
  }

  /** Sockets of fans who were handed over go where they are now. */
  #release(): void {
    this.#audience.release((accountId) => typeof this.#homes.of(accountId) === 'number');
  }

  async lastTick(): Promise<Tick | null> {
    await this.ready();
    return this.#feed.tick;
  }

  publish(frames: PublishedFrames): Promise<void> {
    if (frames.tick !== undefined) this.#feed.take(frames.tick);
    const { tick } = this.#feed;
    // A grant may have brought a newer one than this: then that one goes out.
    if (frames.tick !== undefined && tick !== null && tick.seq > (this.#sent?.seq ?? 0)) {
      const mayWait = isForAll(this.#sent, tick, this.#feed.leavesAtStart ?? Infinity)
        ? undefined
        : (accountId: AccountId) => isFar(tick, this.#orderOf(accountId, tick));
      this.#sent = tick;
      this.#audience.tick(() => this.#feed.text, mayWait);
    }
    if (frames.seats !== undefined) this.#audience.seats(frames.seats);
    return Promise.resolve();
  }

  #orderOf(accountId: AccountId, tick: Tick): number | null {
    const place = this.#roll.fans.get(accountId)?.place ?? null;
    return place === null ? null : orderOf(place, tick.draw);
  }

  /** The account may have been handed over while we waited. */
  #missing(
    accountId: AccountId,
  ): (Refused<'not_in_queue' | 'event_not_found'> & { ok: false }) | ({ ok: false } & Moved) {
    const home = this.#homes.of(accountId);
    if (typeof home === 'number') return { ok: false, code: 'moved', leaf: home };
    return { ok: false, code: this.#feed.absent ? 'event_not_found' : 'not_in_queue' };
  }

  #tellJoined(accountId: AccountId, joined: Entered): void {
    if (joined === 'pending') return;
    if (joined.ok) this.#audience.place(accountId, joined.position);
    else if (joined.code === 'moved') this.#release();
    else this.#audience.error(accountId, joined.code, retryAfterOf(joined));
  }

  #tellPlaced(fans: readonly Fan[]): void {
    for (const fan of fans) this.#tell(fan);
    this.#departures.start();
  }

  #tell(fan: Fan): void {
    if (!this.#audience.has(fan.accountId)) return;
    const position = this.positionOf(fan.accountId);
    if (position !== null) this.#audience.place(fan.accountId, position);
  }

  #tellFailed(accounts: Iterable<AccountId>, settled: Settled & { ok: false }): void {
    for (const accountId of accounts) {
      const refused = this.#entrance.forgive(accountId, settled);
      this.#audience.error(accountId, refused.code, retryAfterOf(refused));
    }
  }

  /**
   * Whoever was called between `before` and the cursor hears until when they may come in; when the lobby
   * has just been drawn, everybody hears when they come.
   */
  #tellMoved(before: number, drawn: boolean): void {
    const { cursor = 0, draw } = this.#feed.tick ?? {};
    if (cursor <= before && !drawn) return;
    const { fans } = this.#roll;
    for (const fan of drawn ? fans.all() : fans.between(before, cursor, draw))
      if (fan.place !== null && fan.admission === null) this.#tell(fan);
  }
}

function retryAfterOf(refused: { code: string; retryAfterMs?: number }): number | undefined {
  return refused.retryAfterMs;
}

type NotInQueue = { ok: false; code: 'not_in_queue' };
