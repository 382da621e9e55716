/**
 * Receivers that are sent to in one go: some milliseconds of an object's one thread, in which nobody joins.
 * With 9,350 sockets in one thread a join's 99th percentile went from 338, 220 and 356 ms to 198, 156 and
 * 221, and a tick's from 321 and 232 to 567 and 591, of its second (`npm run test:load`).
 */
const AT_ONCE = 250;
/**
 * Whoever may wait is left out only if the text before reached them less than this ago, ms, and if nothing
 * newer comes they hear after so long what was left out: at most 2.4 s were measured between two texts to one
 * (`npm run test:load`), 3 s where others took the cores. Where texts take longer than that to go round,
 * nobody is left out.
 */
const WAIT_MS = 1_200;
/** Of newcomers, every second one is taken to have heard its text so long ago, ms: one half hears the next. */
const HALF_MS = 600;

/** Who hears texts: the number of the last one, and when it was sent, epoch ms. */
export interface Receiver {
  told: number;
  toldAt: number;
}

/** Time as a broadcast needs it. */
export interface Clock {
  /** Epoch ms. */
  now(): number;
  /** Runs a task after `ms`, others having had their turn. */
  later(task: () => void, ms: number): void;
}

/**
 * Sends a text to many, some at a time, so that joins and claims of other fans come in between. Each hears
 * the newest that there is when it is their turn, as one who is welcomed does: nobody hears an older text
 * after a newer one. Whoever may wait is left out every second time.
 */
export class Broadcast<To extends Receiver> {
  readonly #receivers: () => Iterable<To>;
  readonly #send: (receiver: To, text: string) => void;
  readonly #clock: Clock;
  #text: () => string = () => '';
  #number = 0;
  #mayWait: (receiver: To) => boolean = nobody;
  #newcomers = 0;
  #waiting: To[] = [];
  #again = false;

  /** `send` must not throw, also to one who has gone. */
  constructor(
    receivers: () => Iterable<To>,
    send: (receiver: To, text: string) => void,
    clock: Clock,
  ) {
    this.#receivers = receivers;
    this.#send = send;
    this.#clock = clock;
  }

  /** What a newcomer has heard, who has just been given the newest text. */
  newcomer(): Receiver {
    this.#newcomers += 1;
    const toldAt = this.#clock.now() - (this.#newcomers % 2) * HALF_MS;
    return { told: this.#number, toldAt };
  }

  /**
   * There is a newer text: to all who are there now but those who may wait; the first of them before this
   * returns. `text` is asked for the newest each time.
   */
  send(text: () => string, mayWait: (receiver: To) => boolean = nobody): void {
    this.#text = text;
    this.#number += 1;
    this.#mayWait = mayWait;
    if (this.#waiting.length > 0) this.#again = true;
    else this.#begin();
    if (mayWait === nobody) return;
    const number = this.#number;
    this.#clock.later(() => this.#catchUp(number), WAIT_MS);
  }

  /** Nothing newer has come: those who were left out hear this one. */
  #catchUp(number: number): void {
    if (number !== this.#number) return;
    this.#mayWait = nobody;
    if (this.#waiting.length > 0) this.#again = true;
    else this.#begin();
  }

  #isDue(receiver: To): boolean {
    if (receiver.told === this.#number) return false;
    const isOld = Math.abs(this.#clock.now() - receiver.toldAt) >= WAIT_MS;
    return isOld || !this.#mayWait(receiver);
  }

  #begin(): void {
    this.#again = false;
    this.#waiting = [...this.#receivers()].filter((receiver) => this.#isDue(receiver));
    this.#sendSome();
  }

  #sendSome(): void {
    const text = this.#text();
    const now = this.#clock.now();
    for (const receiver of this.#waiting.splice(0, AT_ONCE)) {
      receiver.told = this.#number;
      receiver.toldAt = now;
      this.#send(receiver, text);
    }
    if (this.#waiting.length > 0) this.#clock.later(() => this.#sendSome(), 0);
    else if (this.#again) this.#begin();
  }
}

function nobody(): boolean {
  return false;
}
