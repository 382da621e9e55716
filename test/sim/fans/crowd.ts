import { pollAfterMs, SHORTEST_POLL_MS } from '../../../durable-objects/core/poll-pace.ts';
import { peopleAhead, type Tick } from '../../../durable-objects/core/tick.ts';
import type { FanPosition } from '../../../durable-objects/protocol/queue-rpc.ts';
import type { Surroundings } from '../actors/actor.ts';
import type { Heard } from '../actors/leaf.ts';
import { REDIS } from '../bill/redis.ts';
import { fraction } from '../random.ts';
import { arrivedBy, type Arrivals } from './arrivals.ts';
import type { Habits } from './habits.ts';
import { Requests, type Leaves } from './requests.ts';
import { FanSockets } from './sockets.ts';
import { DOING, FanTable, FLAG, type Doing } from './table.ts';
import { Wheel } from './wheel.ts';

/** What others want to know of the fans. All times are the clock's. */
export interface CrowdListener {
  asks(fan: number): void;
  asksToLeave(fan: number): void;
  hears(fan: number, heard: Heard, saidAt: number): void;
  comesIn(fan: number, until: number): void;
}

export interface CrowdOptions {
  seed: number;
  fans: number;
  /** Leaves there may ever be. */
  leavesMax: number;
  leaves: Leaves;
  arrivals: Arrivals;
  habits: Habits;
  slotMs: number;
  listener: CrowdListener;
}

/** After so long without an answer a fan asks again, ms. */
const PATIENCE_MS = 15_000;
/** Whoever is called asks to come in with every tick until it is done; about so often, ms. */
const CLAIM_AGAIN_MS = 2_500;
/** Times that one fan comes back after leaving or being passed over. */
const RETURNS_MAX = 6;

/** Questions about a fan that chance answers. */
const ASK = { signsIn: 1, polls: 2, mood: 3, atCall: 4, returns: 5 } as const;

/**
 * All fans, a few bytes each: what they do next is in a wheel of time slots, why they do it follows
 * from their number and the seed. They come in the order of their numbers.
 */
export class Crowd {
  readonly table: FanTable;
  readonly sockets: FanSockets;
  #tick: Tick | null = null;
  /** Orders of those who have no socket: all they need beside the tick to know where they stand. */
  readonly #orders = new Map<number, number>();
  readonly #around: Surroundings;
  readonly #options: CrowdOptions;
  readonly #requests: Requests;
  readonly #wheel: Wheel;
  readonly #start: number;
  #arrived = 0;
  #stopped = false;

  constructor(around: Surroundings, options: CrowdOptions) {
    const { fans, seed, slotMs, leavesMax } = options;
    const hear = (fan: number, heard: Heard, saidAt: number): void =>
      this.#hear(fan, heard, saidAt);
    const reconnect = (fan: number, ms: number): void => {
      this.table.set(fan, FLAG.reconnects, true);
      this.#next(fan, ms);
    };
    this.#around = around;
    this.#options = options;
    this.table = new FanTable(fans, leavesMax);
    this.sockets = new FanSockets(around, { table: this.table, seed, hear, reconnect });
    this.#requests = new Requests(around, options.leaves, hear);
    this.#wheel = new Wheel(around.clock, slotMs, (slot, due) => this.#act(slot, due));
    this.#start = around.clock.now;
    this.#expect();
  }

  /** The last tick, as `GET /api/queue/status/…` tells it. */
  get tick(): Tick | null {
    return this.#tick;
  }

  set tick(tick: Tick) {
    // Whoever stood in a lobby that is drawn now must ask when they come.
    if (tick.draw !== undefined && this.#tick?.draw === undefined) this.#orders.clear();
    this.#tick = tick;
  }

  /** Fans who have come so far. */
  get arrived(): number {
    return this.#arrived;
  }

  /** The next arrivals, slot by slot until all have come. */
  #expect(): void {
    if (this.#stopped) return;
    const { clock } = this.#around;
    const { arrivals, fans, slotMs } = this.#options;
    const by = Math.round(fans * Math.min(1, arrivedBy(arrivals, clock.now - this.#start)));
    while (this.#arrived < by) this.#arrive(this.#arrived++);
    if (this.#arrived < fans) clock.after(slotMs, () => this.#expect());
  }

  /** What the site asks on the way from the event's page to a place (held by test/e2e/pages.test.ts). */
  #arrive(fan: number): void {
    const { meters } = this.#around;
    const { habits } = this.#options;
    this.#requests.load();
    if (this.#chance(fan, ASK.signsIn) < habits.signsIn) {
      meters.worker('config');
      meters.worker('sign-in', REDIS.signIn);
    }
    if (this.#chance(fan, ASK.polls) < habits.polls) this.table.set(fan, FLAG.polls, true);
    else this.#connect(fan);
    this.#ask(fan);
  }

  /** The same for each run of the seed, another after each whim. */
  #chance(fan: number, question: number): number {
    return fraction(this.#options.seed * 31 + question + 97 * (this.table.whims[fan] ?? 0), fan);
  }

  #set(fan: number, doing: Doing, nextMs: number | null): void {
    this.table.doing[fan] = doing;
    this.#next(fan, nextMs);
  }

  #next(fan: number, ms: number | null): void {
    const slot = ms === null ? -1 : this.#wheel.slotAfter(ms);
    this.table.due[fan] = slot;
    if (slot >= 0) this.#wheel.put(fan, slot);
  }

  #act(slot: number, fans: Int32Array): void {
    if (this.#stopped) return;
    const { due } = this.table;
    for (const fan of fans) {
      if (due[fan] !== slot) continue;
      due[fan] = -1;
      if (this.table.is(fan, FLAG.reconnects)) this.#reconnect(fan);
      else this.#do(fan);
    }
  }

  #reconnect(fan: number): void {
    const { table } = this;
    table.set(fan, FLAG.reconnects, false);
    table.close(fan);
    if (!table.isDoing(fan, DOING.gone, DOING.away) && !table.is(fan, FLAG.hidden))
      this.#connect(fan);
    if (table.isDoing(fan, DOING.waiting)) this.#plan(fan);
    else this.#do(fan);
  }

  #do(fan: number): void {
    const { table } = this;
    switch (table.doing[fan]) {
      case DOING.away:
      case DOING.asking:
        this.#ask(fan);
        return;
      case DOING.waiting:
        if (table.is(fan, FLAG.polls)) this.#poll(fan);
        else if (table.is(fan, FLAG.hidden)) this.#show(fan);
        else this.#whim(fan);
        return;
      case DOING.called:
      case DOING.claiming:
        this.#claim(fan);
        return;
      case DOING.leaving:
        this.#leave(fan);
        return;
      case DOING.gone:
        table.close(fan);
        return;
      default:
    }
  }

  #ask(fan: number): void {
    this.#options.listener.asks(fan);
    this.#set(fan, DOING.asking, PATIENCE_MS);
    this.#requests.join(fan);
  }

  #connect(fan: number): void {
    this.table.set(fan, FLAG.placed, false);
    this.#requests.connect(fan, (leaf) => this.table.opened(fan, leaf));
  }

  /** What a waiting fan comes up with; then the next whim. */
  #whim(fan: number): void {
    const { habits, listener } = this.#options;
    const mood = this.#chance(fan, ASK.mood);
    this.table.whims[fan] = (this.table.whims[fan] ?? 0) + 1;
    if (mood < habits.leaves) {
      this.#leave(fan);
    } else if (mood < habits.leaves + habits.hides) {
      this.table.set(fan, FLAG.hidden, true);
      this.table.close(fan);
      this.#next(fan, this.#around.random.exponential(habits.awayMs));
    } else {
      if (mood < habits.leaves + habits.hides + habits.opensTab) {
        this.#requests.load();
        this.#connect(fan);
        listener.asks(fan);
        this.#requests.join(fan);
      }
      this.#plan(fan);
    }
  }

  #plan(fan: number): void {
    const { habits } = this.#options;
    const { random } = this.#around;
    if (this.table.is(fan, FLAG.polls))
      this.#next(fan, this.#pollMs(fan) * random.between(0.85, 1.15));
    else if ((this.table.whims[fan] ?? 0) >= habits.whims) this.#next(fan, null);
    else this.#next(fan, random.exponential(habits.whimMs));
  }

  /** The page is looked at again: it connects, and asks at once. */
  #show(fan: number): void {
    this.table.set(fan, FLAG.hidden, false);
    this.#connect(fan);
    this.#around.meters.worker('status');
    this.#requests.position(fan);
    this.#plan(fan);
  }

  /** Asks for the tick, and for the place where the tick does not tell it (web/src/live/live.ts). */
  #poll(fan: number): void {
    const { habits } = this.#options;
    if (this.#around.random.chance((habits.leaves * this.#pollMs(fan)) / habits.whimMs)) {
      this.#leave(fan);
      return;
    }
    const order = this.#orders.get(fan);
    const { tick } = this;
    this.#around.meters.worker('status');
    if (tick === null || order === undefined || order < tick.cursor || tick.within > 1)
      this.#requests.position(fan);
    this.#plan(fan);
  }

  /** How soon a client without a socket asks again, ms (web/src/live/state.ts, `pollPaceMs`). */
  #pollMs(fan: number): number {
    const { tick } = this;
    const order = this.#orders.get(fan);
    if (tick === null || order === undefined || order < tick.cursor) return SHORTEST_POLL_MS;
    return tick.phase === 'lobby' ? tick.pollMs : pollAfterMs(tick, peopleAhead(tick, order));
  }

  #leave(fan: number): void {
    this.#options.listener.asksToLeave(fan);
    this.#set(fan, DOING.leaving, PATIENCE_MS);
    if (this.table.hasSocket(fan)) this.#requests.say(fan, this.table.home[fan] ?? 0, 'leave');
    else this.#requests.leave(fan);
  }

  #claim(fan: number): void {
    this.#set(fan, DOING.claiming, CLAIM_AGAIN_MS);
    if (this.table.hasSocket(fan)) this.#requests.say(fan, this.table.home[fan] ?? 0, 'claim');
    else this.#requests.position(fan);
  }

  /** Something reaches the fan's browser that was said at `saidAt`. */
  hear(fan: number, heard: Heard, saidAt: number): void {
    this.#hear(fan, heard, saidAt);
  }

  #hear(fan: number, heard: Heard, saidAt: number): void {
    this.#options.listener.hears(fan, heard, saidAt);
    switch (heard.type) {
      case 'welcome':
        // Of before the answer to a join that overtook it: the place follows on the same socket.
        if (heard.position !== null || !this.table.is(fan, FLAG.placed))
          this.#standing(fan, heard.position);
        return;
      case 'place':
        if (heard.position !== null) this.table.set(fan, FLAG.placed, true);
        this.#standing(fan, heard.position);
        return;
      case 'admission':
        this.#comeIn(fan, heard.until);
        return;
      case 'left':
        if (this.table.isDoing(fan, DOING.leaving)) this.#end(fan, true);
        return;
      case 'error':
        this.#refused(fan, heard.code, heard.retryAfterMs ?? 2_000);
        return;
      default:
    }
  }

  #standing(fan: number, position: FanPosition | null): void {
    const { table } = this;
    const inLine = table.isDoing(fan, DOING.waiting, DOING.called, DOING.claiming);
    const asking = table.isDoing(fan, DOING.asking);
    if (position === null) {
      if (inLine) this.#end(fan, true);
    } else if (inLine || asking) {
      if (table.is(fan, FLAG.polls)) this.#orders.set(fan, position.order);
      if (position.admission !== null) this.#comeIn(fan, position.admission.until);
      else if (position.claimUntil !== null) this.#called(fan, position.claimUntil);
      else if (asking) {
        table.doing[fan] = DOING.waiting;
        this.#plan(fan);
      }
    }
  }

  #called(fan: number, until: number): void {
    if (this.table.isDoing(fan, DOING.called, DOING.claiming)) return;
    const { habits } = this.#options;
    const { clock, random } = this.#around;
    const mood = this.#chance(fan, ASK.atCall);
    const soon = random.exponential(habits.claimMs);
    if (mood < habits.noShow) this.#set(fan, DOING.called, null);
    else if (mood >= habits.noShow + habits.late) this.#set(fan, DOING.called, soon);
    else this.#set(fan, DOING.called, Math.max(0, until - clock.now) + soon);
  }

  #comeIn(fan: number, until: number): void {
    if (this.table.isDoing(fan, DOING.inside, DOING.gone, DOING.leaving)) return;
    this.#set(fan, DOING.inside, null);
    this.#options.listener.comesIn(fan, until);
  }

  #refused(fan: number, code: string, retryAfterMs: number): void {
    const { table } = this;
    const soon = retryAfterMs * this.#around.random.between(1, 2);
    switch (code) {
      case 'overloaded':
      case 'rate_limited':
      case 'unavailable':
        if (table.isDoing(fan, DOING.asking, DOING.claiming, DOING.leaving)) this.#next(fan, soon);
        return;
      case 'sale_closed':
        this.#end(fan, false);
        return;
      case 'not_admitted':
        if (!table.isDoing(fan, DOING.claiming)) return;
        table.doing[fan] = DOING.waiting;
        this.#plan(fan);
        return;
      default:
        if (!table.isDoing(fan, DOING.asking, DOING.inside)) this.#end(fan, true);
    }
  }

  /** Out of the line, or out of the sale; some of those who left come back for a new place. */
  #end(fan: number, mayReturn: boolean): void {
    const { habits } = this.#options;
    const whims = (this.table.whims[fan] ?? 0) + 1;
    this.table.whims[fan] = Math.min(255, whims);
    this.#orders.delete(fan);
    const returns =
      mayReturn && whims < RETURNS_MAX && this.#chance(fan, ASK.returns) < habits.comesBack;
    if (returns) {
      this.#set(fan, DOING.away, this.#around.random.exponential(habits.awayMs));
    } else {
      this.#set(fan, DOING.gone, null);
      this.table.close(fan);
    }
  }

  /** Done: bought, or gave up buying. */
  finish(fan: number): void {
    this.#end(fan, false);
  }

  /** There is nothing left to wait for: most close their pages within so long, the others leave them open. */
  giveUp(withinMs: number): void {
    const { random } = this.#around;
    for (let fan = 0; fan < this.#arrived; fan++)
      if (this.table.isDoing(fan, DOING.waiting, DOING.asking) && random.chance(0.9))
        this.#set(fan, DOING.gone, random.next() * withinMs);
  }

  /** The run is over: nobody does anything any more but hear what is on its way. */
  stop(): void {
    this.#stopped = true;
  }

  /** Fans who have asked something and heard nothing yet. */
  unanswered(): number[] {
    const fans: number[] = [];
    for (let fan = 0; fan < this.#arrived; fan++)
      if (this.table.isDoing(fan, DOING.asking, DOING.claiming, DOING.leaving)) fans.push(fan);
    return fans;
  }
}
