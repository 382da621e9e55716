import { liveTarget } from '../support/sale-fixture.ts';
import type { LoadFan } from '../support/sale-fixture.ts';
import { frameOf, WireSocket } from '../support/wire-socket.ts';
import { STABLE_MS } from '../../web/src/live/connection.ts';
import { backoffMs } from '../../web/src/live/backoff.ts';
import type { FanWorld, Standing } from './fan-world.ts';

const JOIN = frameOf('{"v":1,"type":"join"}');
const LEAVE = frameOf('{"v":1,"type":"leave"}');
const CLAIM = frameOf('{"v":1,"type":"claim"}');
const WATCH = frameOf('{"v":1,"type":"watch","seats":true}');
/** Where the kind of a message stands in `{"v":1,"type":"…`. */
const KIND_AT = '{"v":1,"type":"'.length;
const KIND = {
  admission: 0x61,
  error: 0x65,
  left: 0x6c,
  place: 0x70,
  seats: 0x73,
  tick: 0x74,
  welcome: 0x77,
};

const GOING_AWAY = 1001;

/**
 * A fan with one tab open, as the site makes it: connects, joins once welcomed, hears ticks, comes in when
 * called if so minded, and comes back within the site's own back-off whenever the connection is lost.
 */
export class LiveFan {
  readonly account: LoadFan;
  readonly #world: FanWorld;
  readonly #comesIn: boolean;
  #socket: WireSocket | null = null;
  #place: number | null = null;
  #called = false;
  #token: string | null = null;
  #wants: 'place' | 'nothing' = 'place';
  #leaving: (() => void) | null = null;
  /** When it wished to be there, asked for its place, was last connected, last heard a tick. `performance.now()`, ms. */
  #cameAt = 0;
  #askedAt = 0;
  #openedAt = 0;
  #tickAt = 0;
  #cursor = 0;
  #failures = 0;
  #welcomed = false;

  /** `comesIn`: claims when called, and does not let its turn pass. */
  constructor(account: LoadFan, world: FanWorld, comesIn: boolean) {
    this.account = account;
    this.#world = world;
    this.#comesIn = comesIn;
  }

  get place(): number | null {
    return this.#place;
  }

  /** Connected and welcomed. */
  get isOnline(): boolean {
    return this.#welcomed;
  }

  /** Its turn has come. */
  get isCalled(): boolean {
    return this.#called;
  }

  /** Has what it wants: a place and a connection, or to be gone. */
  get isSettled(): boolean {
    if (this.#wants === 'nothing') return this.#leaving === null;
    return this.#welcomed && this.#place !== null;
  }

  /** Comes; `at` is when it wished to, by `performance.now()`. */
  come(at: number): void {
    this.#cameAt = at;
    this.#connect();
  }

  /** Gives the place up and closes the tab. Resolves when it has been told. */
  leave(): Promise<void> {
    this.#wants = 'nothing';
    this.#ask(LEAVE);
    return new Promise((resolve) => {
      this.#leaving = () => {
        this.#socket?.close();
        this.#offline();
        resolve();
      };
    });
  }

  /** Gives the place up, thinks again and takes a new one. */
  async startOver(): Promise<void> {
    this.#wants = 'nothing';
    this.#ask(LEAVE);
    await new Promise<void>((resolve) => {
      this.#leaving = resolve;
    });
    this.#wants = 'place';
    this.#join();
  }

  /** Loses its connection, with or without a goodbye, and comes back: as the site does, or after `waitMs`. */
  drop(politely: boolean, waitMs?: number): void {
    const socket = this.#socket;
    this.#offline();
    if (politely) socket?.close();
    else socket?.destroy();
    this.#comeBack(waitMs);
  }

  /** The test is over. */
  end(): void {
    this.#wants = 'nothing';
    const socket = this.#socket;
    this.#offline();
    socket?.destroy();
  }

  /** To see seats change, as the seat map does. */
  watchSeats(): void {
    this.#socket?.send(WATCH);
  }

  #connect(): void {
    const { eventId, ledger } = this.#world;
    ledger.asked += 1;
    const port = this.#world.portOf(this.account);
    const socket: WireSocket = new WireSocket(liveTarget(port, eventId, this.account), {
      open: () => undefined,
      text: (data) => {
        if (this.#socket === socket) this.#heard(data);
      },
      closed: (code) => {
        if (this.#socket === socket) this.#closed(code);
      },
    });
    this.#socket = socket;
  }

  #closed(code: number): void {
    const failures =
      this.#welcomed && performance.now() - this.#openedAt > STABLE_MS ? 0 : this.#failures;
    this.#failures = failures + 1;
    if (!this.#world.excused() && code !== GOING_AWAY) this.#world.ledger.failed(`closed ${code}`);
    this.#offline();
    this.#comeBack();
  }

  #offline(): void {
    this.#socket = null;
    this.#welcomed = false;
    this.#tickAt = 0;
  }

  #comeBack(waitMs?: number): void {
    const wait = waitMs ?? backoffMs(Math.max(1, this.#failures), this.#world.random());
    setTimeout(() => {
      this.#cameAt = performance.now();
      if (this.#socket === null && (this.#wants === 'place' || this.#leaving !== null))
        this.#connect();
    }, wait);
  }

  #ask(message: Buffer): void {
    this.#world.ledger.asked += 1;
    this.#socket?.send(message);
  }

  #join(): void {
    this.#askedAt = performance.now();
    this.#ask(JOIN);
  }

  #heard(data: Buffer): void {
    switch (data[KIND_AT]) {
      case KIND.tick:
        this.#tick(data);
        break;
      case KIND.seats:
        break;
      default:
        this.#message(JSON.parse(data.toString()) as Message);
    }
  }

  #tick(data: Buffer): void {
    const { ledger, ticks, wallClock } = this.#world;
    const { at, cursor, tail } = ticks.read(data);
    const now = performance.now();
    ledger.meters.tick.add(wallClock() - at);
    if (this.#tickAt > 0) ledger.meters.silence.add(now - this.#tickAt);
    this.#tickAt = now;
    this.#sawLine(cursor, tail);
  }

  #sawLine(cursor: number, tail: number): void {
    this.#world.ledger.sawTick(cursor, tail, this.#cursor);
    this.#cursor = Math.max(this.#cursor, cursor);
  }

  #message(message: Message): void {
    switch (message.type) {
      case 'welcome':
        this.#welcome(message);
        break;
      case 'place':
        this.#stand(message.position);
        break;
      case 'admission':
        this.#admitted(message.token);
        break;
      case 'left':
        this.#left();
        break;
      case 'error':
        if (!this.#world.excused()) this.#world.ledger.failed(message.code);
        break;
    }
  }

  #welcome({ position, tick }: Message & { type: 'welcome' }): void {
    const { ledger } = this.#world;
    const now = performance.now();
    ledger.meters.connect.add(now - this.#cameAt);
    this.#welcomed = true;
    this.#openedAt = now;
    if (tick !== null) this.#sawLine(tick.cursor, tick.tail);
    if (position !== null) this.#stand(position);
    // One who was inside may be done.
    else if (this.#place !== null && this.#token === null && this.#leaving === null)
      ledger.contradict(`${this.account.accountId} had place ${this.#place} and lost it`);
    if (this.#leaving !== null) this.#leaveAgain(position === null);
    else if (this.#wants === 'place' && this.#place === null) this.#join();
  }

  /** The connection was lost before the answer. */
  #leaveAgain(done: boolean): void {
    if (done) this.#left();
    else this.#ask(LEAVE);
  }

  #stand(position: Standing): void {
    const { ledger } = this.#world;
    const now = performance.now();
    if (this.#place === null && this.#askedAt > 0) {
      ledger.meters.join.add(now - this.#askedAt);
      ledger.meters.arrival.add(now - this.#cameAt);
    }
    this.#askedAt = 0;
    ledger.told({ account: this.account.accountId, place: position.place }, this.#place);
    this.#place = position.place;
    const called = position.claimUntil !== null || position.admission !== null;
    if (this.#called && position.ahead > 0)
      ledger.contradict(`place ${position.place} was called, and now ${position.ahead} are ahead`);
    if (called && this.#token === null && this.#comesIn && this.#leaving === null) this.#ask(CLAIM);
    this.#called ||= called;
  }

  #admitted(token: string): void {
    const first = this.#token === null;
    if (!first && this.#token !== token)
      this.#world.ledger.contradict(`${this.account.accountId} has two admissions`);
    this.#token = token;
    if (first) this.#world.admitted(this, token);
  }

  #left(): void {
    this.#place = null;
    // It may have been called while it said goodbye; that was for the place it gave up.
    this.#called = false;
    const told = this.#leaving;
    this.#leaving = null;
    told?.();
  }
}

type Message =
  | { type: 'welcome'; position: Standing | null; tick: { cursor: number; tail: number } | null }
  | { type: 'place'; position: Standing }
  | { type: 'admission'; token: string }
  | { type: 'left' }
  | { type: 'error'; code: string };
