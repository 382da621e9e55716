/** The time and the timers of the request that asks; given, so that a test can move the clock. */
export interface MailClock {
  now(): number;
  /** Runs `task` after `delayMs` unless the returned function is called before. */
  later(delayMs: number, task: () => void): () => void;
}

/** At most one call each so often from one isolate to one object, ms: what comes in between goes together. */
const WINDOW_MS = 5;
/** How often one who waits looks whether whoever should send was cut off, ms. */
const LOOK_MS = 250;
/** A sender that has not answered for so long was cut off with its request, ms. */
const LOST_MS = 10_000;
/** Most requests in one call. */
const BATCH_MAX = 500;

interface Letter<Request, Answer> {
  request: Request;
  /** When it was sent, epoch ms; null until then. */
  sentAt: number | null;
  settle: (answer: Answer) => void;
  fail: (error: unknown) => void;
}

/** Sends requests together, in the context of the one that does it; answers in the same order. */
export type SendTogether<Request, Answer> = (requests: Request[]) => Promise<Answer[]>;

/**
 * Gathers calls to one object that many HTTP requests of this isolate make at about the same time: on one
 * object the call is the cost, not what it does (platform.md). The first of each window sends for all. On
 * Workers a promise may be settled by another request: what waits for it goes on in the request that made
 * it (cloudflare/workerd#2719); what must not be shared is I/O. So each waits for a promise of its own,
 * beside a timer of its own, which keeps it alive and asks again when the sender was cut off.
 */
export class Mailbox<Request, Answer> {
  readonly #clock: MailClock;
  #letters: Letter<Request, Answer>[] = [];
  #lastSentAt = -Infinity;

  constructor(clock: MailClock = workersClock) {
    this.#clock = clock;
  }

  /** The answer to `request`, or the exception of the call that carried it. */
  async ask(request: Request, send: SendTogether<Request, Answer>): Promise<Answer> {
    const { promise, resolve, reject } = Promise.withResolvers<Answer>();
    const letter: Letter<Request, Answer> = {
      request,
      sentAt: null,
      settle: resolve,
      fail: reject,
    };
    const isFirst = this.#letters.push(letter) === 1;
    const untilSent = isFirst ? this.#lastSentAt + WINDOW_MS - this.#clock.now() : LOOK_MS;
    if (untilSent <= 0) this.#sendAll(send);
    let cancel = (): void => undefined;
    const look = (delayMs: number): void => {
      cancel = this.#clock.later(delayMs, () => {
        this.#chase(letter, send);
        look(LOOK_MS);
      });
    };
    look(untilSent <= 0 ? LOOK_MS : Math.min(untilSent, LOOK_MS));
    try {
      return await promise;
    } finally {
      cancel();
    }
  }

  #chase(letter: Letter<Request, Answer>, send: SendTogether<Request, Answer>): void {
    if (letter.sentAt === null) this.#sendAll(send);
    else if (this.#clock.now() - letter.sentAt > LOST_MS) this.#deliver([letter], send);
  }

  #sendAll(send: SendTogether<Request, Answer>): void {
    const letters = this.#letters;
    this.#letters = [];
    this.#lastSentAt = this.#clock.now();
    for (let from = 0; from < letters.length; from += BATCH_MAX)
      this.#deliver(letters.slice(from, from + BATCH_MAX), send);
  }

  #deliver(letters: Letter<Request, Answer>[], send: SendTogether<Request, Answer>): void {
    const sentAt = this.#clock.now();
    for (const letter of letters) letter.sentAt = sentAt;
    send(letters.map((letter) => letter.request)).then(
      (answers) => {
        for (const [index, letter] of letters.entries()) letter.settle(answers[index] as Answer);
      },
      (error: unknown) => {
        for (const letter of letters) letter.fail(error);
      },
    );
  }
}

const workersClock: MailClock = {
  now: () => Date.now(),
  later(delayMs, task) {
    const id = setTimeout(task, delayMs);
    return () => clearTimeout(id);
  },
};

const MAILBOXES_MAX = 1_000;

/** One mailbox for each object that this isolate calls. */
export class Mailboxes<Request, Answer> {
  readonly #boxes = new Map<string, Mailbox<Request, Answer>>();

  /** The mailbox of the object with this name. Forgetting one loses no letter: its askers hold it. */
  of(name: string): Mailbox<Request, Answer> {
    const known = this.#boxes.get(name);
    if (known !== undefined) return known;
    if (this.#boxes.size >= MAILBOXES_MAX) this.#boxes.clear();
    const made = new Mailbox<Request, Answer>();
    this.#boxes.set(name, made);
    return made;
  }
}
