import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { accountOf } from '../fans/accounts.ts';
import type { LineBook, LineRules } from './line-book.ts';
import { mustHold } from './violation.ts';

/** What a fan was told about their place. */
export interface Told {
  place: number;
  order: number;
  /** People ahead, as a leaf has counted them. */
  ahead: number;
  claimUntil: number | null;
  admission: { claimedAt: number; until: number } | null;
}

const NONE = -1;
const NOT_ASKED = -2;

/**
 * What each fan was told, as the fans could keep it: a place once told is theirs until they ask to
 * leave, are passed over or are done; whoever asks later stands further back. Times are ms since the
 * start of the run. Some twenty bytes a fan.
 */
export class FanBook {
  readonly #line: LineBook;
  readonly #rules: LineRules;
  readonly #start: number;
  /** Whether leaves tell the people ahead of an order: thin ones do not, nor can any in a lobby that is to be drawn. */
  readonly #tellsAhead: boolean;
  /** The clocks of objects may differ by so much, ms. */
  readonly #skewMs: number;
  readonly #place: Int32Array;
  readonly #saidAt: Int32Array;
  /** The last place told to anybody when this fan asked: theirs must be greater. */
  readonly #floor: Int32Array;
  readonly #asksToLeave: Int32Array;
  /** Until when a called fan was told that they may come in, for the few who were. */
  readonly #claimUntil = new Map<number, number>();
  readonly #before = new Map<number, number>();
  readonly #owner: Int32Array;
  /** By fan; 1: has asked to leave, once at least. */
  readonly #everLeft: Uint8Array;
  /** The place that a fan has asked to give up. */
  readonly #givesUp = new Map<number, number>();
  /** By place; 1: its fan was told that it is given up. */
  readonly #gone: Uint8Array;
  /** Those who were told that they are inside: with which place, and when it was said. */
  readonly #inside = new Map<number, { place: number; saidAt: number }>();
  /** Those who were told that their place is over, and when it was said. */
  readonly #over = new Map<number, { place: number; saidAt: number }>();
  #highest = NONE;
  /** Fans who were told a place, and places told. */
  placed = 0;

  constructor(
    line: LineBook,
    options: {
      rules: LineRules;
      fans: number;
      places: number;
      start: number;
      skewMs: number;
      tellsAhead: boolean;
    },
  ) {
    this.#line = line;
    this.#rules = options.rules;
    this.#start = options.start;
    this.#skewMs = options.skewMs;
    this.#tellsAhead = options.tellsAhead;
    this.#place = new Int32Array(options.fans).fill(NONE);
    this.#saidAt = new Int32Array(options.fans).fill(NONE);
    this.#floor = new Int32Array(options.fans).fill(NOT_ASKED);
    this.#asksToLeave = new Int32Array(options.fans).fill(NONE);
    this.#owner = new Int32Array(options.places).fill(NONE);
    this.#everLeft = new Uint8Array(options.fans);
    this.#gone = new Uint8Array(options.places);
  }

  #since(now: number): number {
    return Math.round(now - this.#start);
  }

  /** The place last told to a fan; -1 when there is none. */
  placeOf(fan: number): number {
    return this.#place[fan] ?? NONE;
  }

  /** The fan with this place; -1 when nobody was told it. */
  ownerOf(place: number): number {
    return this.#owner[place] ?? NONE;
  }

  /** A fan asks for a place. */
  asks(fan: number): void {
    if (this.#floor[fan] === NOT_ASKED) this.#floor[fan] = this.#highest;
  }

  /** A fan asks to leave. A request of theirs that is still on its way may bring them back. */
  asksToLeave(fan: number, now: number): void {
    // Who has asked for a place since may have another one without knowing.
    if (this.#floor[fan] === NOT_ASKED) this.#givesUp.set(fan, this.placeOf(fan));
    this.asks(fan);
    this.#asksToLeave[fan] = this.#since(now);
    this.#everLeft[fan] = 1;
    this.#claimUntil.delete(fan);
  }

  /** The fan with this place is taken out of the line. */
  mayDepart(place: number): void {
    const fan = this.ownerOf(place);
    mustHold(
      fan === NONE || this.#everLeft[fan] === 1,
      () => `fan ${fan} with place ${place} never asked to leave and is taken out of the line`,
    );
  }

  /** An account comes in with a place. */
  comesIn(accountId: AccountId, place: number): void {
    const fan = this.ownerOf(place);
    mustHold(
      fan === NONE || accountOf(fan) === accountId,
      () => `${accountId} came in with place ${place}, which is fan ${fan}'s`,
    );
  }

  /** A fan heard that their place is given up, as they asked. */
  toldLeft(fan: number, saidAt: number): void {
    mustHold(this.#everLeft[fan] === 1, () => `fan ${fan} never asked to leave and hears goodbye`);
    const place = this.#givesUp.get(fan) ?? NONE;
    if (place === this.placeOf(fan) && this.#since(saidAt) >= (this.#saidAt[fan] ?? NONE))
      this.#gone[place] = 1;
  }

  /** A fan heard until when they may stay inside. */
  toldAdmission(fan: number, until: number): void {
    mustHold(
      this.#line.wasAdmitted(accountOf(fan), until),
      () => `fan ${fan} may stay until ${until}, as they hear, and it is not in the book`,
    );
  }

  /** A place whose fan was told that it is given up, while the line does not know; -1: there is none. */
  goneUnknown(): number {
    return this.#gone.findIndex(
      (gone, place) => gone === 1 && this.#line.isPresent(this.#line.orderOf(place)),
    );
  }

  /** A fan heard a place that was said at `saidAt`; in a welcome it answers no question. */
  told(fan: number, told: Told, saidAt: number, answers: boolean): void {
    const at = this.#since(saidAt);
    const place = this.placeOf(fan);
    const over = this.#over.get(fan);
    mustHold(
      over === undefined || over.place !== told.place || saidAt <= over.saidAt,
      () => `fan ${fan} was told that place ${told.place} is over, and then that they have it`,
    );
    if (place !== told.place) {
      if (place !== NONE && at < (this.#saidAt[fan] ?? NONE)) {
        // Overtaken on the way by a newer answer.
        mustHold(
          this.#before.get(fan) === told.place,
          () => `fan ${fan} heard of place ${told.place} after ${place}, and never had it`,
        );
        return;
      }
      if (place !== NONE) {
        mustHold(
          this.#mayHaveEnded(fan, saidAt),
          () => `fan ${fan} had place ${place} and was told ${told.place}`,
        );
        mustHold(
          told.place > place,
          () => `fan ${fan} joined again at ${told.place}, before their old place ${place}`,
        );
        this.#before.set(fan, place);
      }
      this.#take(fan, told.place, answers);
    }
    mustHold(
      told.order === told.place || told.order === this.#line.orderOf(told.place),
      () => `fan ${fan} with place ${told.place} was told order ${told.order}, which is another's`,
    );
    this.#saidAt[fan] = Math.max(this.#saidAt[fan] ?? NONE, at);
    this.#checkStaysInside(fan, told, saidAt);
    if (this.#tellsAhead) this.#checkAhead(fan, told);
    if (told.admission !== null) this.#checkAdmission(fan, told);
    else if (told.claimUntil !== null) this.#checkCall(fan, told);
  }

  #take(fan: number, place: number, answers: boolean): void {
    const floor = this.#floor[fan] ?? NONE;
    mustHold(place >= 0 && place < this.#line.tail, () => `place ${place} was never given out`);
    mustHold(
      this.ownerOf(place) === NONE,
      () => `place ${place} was told to fan ${fan} and to fan ${this.ownerOf(place)}`,
    );
    mustHold(
      place > floor,
      () => `fan ${fan} asked when ${floor} was told already, and got ${place}`,
    );
    this.#owner[place] = fan;
    this.#place[fan] = place;
    // A question that is still open may bring another place, of soon after it was asked.
    if (answers) this.#floor[fan] = NOT_ASKED;
    this.#asksToLeave[fan] = NONE;
    this.#claimUntil.delete(fan);
    this.#givesUp.delete(fan);
    this.#highest = Math.max(this.#highest, place);
    this.placed += 1;
  }

  /** A fan heard that they have no place. */
  toldNone(fan: number, saidAt: number): void {
    const place = this.placeOf(fan);
    if (place === NONE || this.#since(saidAt) <= (this.#saidAt[fan] ?? NONE)) return;
    mustHold(
      this.#mayHaveEnded(fan, saidAt),
      () => `fan ${fan} had place ${place} and was told that there is none`,
    );
    this.#over.set(fan, { place, saidAt });
  }

  /** A fan's claim was refused as too early or too late. */
  refused(fan: number, code: 'not_admitted' | 'admission_expired', saidAt: number): void {
    const until = this.#claimUntil.get(fan);
    if (until === undefined || this.#since(saidAt) < (this.#saidAt[fan] ?? NONE)) return;
    mustHold(
      saidAt + this.#skewMs >= until || this.#mayHaveEnded(fan, saidAt),
      () => `fan ${fan} may come in until ${until} and was refused at ${saidAt}: ${code}`,
    );
  }

  /** People ahead only become fewer: an answer that comes late tells no fewer than there are, and none more than there are orders ahead. */
  #checkAhead(fan: number, { order, ahead }: Told): void {
    const truth = this.#line.peopleBetween(this.#line.cursor, order);
    mustHold(
      ahead >= truth - Math.max(1, truth / 1_000) && ahead <= order + 1,
      () => `fan ${fan} at ${order} hears of ${ahead} people ahead, there are ${truth}`,
    );
  }

  /** Whoever is inside is not called again: that would take back what they were told. */
  #checkStaysInside(fan: number, { place, admission }: Told, saidAt: number): void {
    const inside = this.#inside.get(fan);
    if (admission !== null) this.#inside.set(fan, { place, saidAt });
    else
      mustHold(
        inside === undefined || inside.place !== place || saidAt <= inside.saidAt,
        () => `fan ${fan} was inside with place ${place} and is told to wait`,
      );
  }

  #checkCall(fan: number, told: Told): void {
    mustHold(
      told.order < this.#line.cursor,
      () => `fan ${fan} was called at ${told.order}, the cursor is ${this.#line.cursor}`,
    );
    this.#claimUntil.set(fan, told.claimUntil ?? 0);
  }

  #checkAdmission(fan: number, told: Told): void {
    // By the place: a leaf that has just woken may go by a frame from before the draw.
    const row = this.#line.admission(this.#line.orderOf(told.place));
    mustHold(
      row !== null && row.until === told.admission?.until,
      () => `fan ${fan} was told an admission that is not in the book: ${told.order}`,
    );
  }

  /** Whether there is a reason for the fan's place to be over: they asked to leave, were passed over, or are done. */
  #mayHaveEnded(fan: number, now: number): boolean {
    const place = this.placeOf(fan);
    if (place === NONE || (this.#asksToLeave[fan] ?? NONE) !== NONE) return true;
    const late = now + this.#skewMs;
    const order = this.#line.orderOf(place);
    const row = this.#line.admission(order);
    if (row !== null) return row.endedAt !== null || row.until <= late;
    if (order >= this.#line.cursor) return false;
    const call = this.#line.callOf(order);
    const { claimWindowMs, graceMs } = this.#rules;
    return call === null || call.calledAt + claimWindowMs + graceMs <= late;
  }
}
