/** The time and the sleep of the request that asks; given, so that a test can move the clock. */
export interface MailClock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** At most one call each so often from one isolate to one object, ms: what comes in between goes together. */
const WINDOW_MS = 10;
/** A sender that has not answered for so long was cut off with its request, ms. */
const LOST_MS = 10_000;
/** Most requests in one call. */
const BATCH_MAX = 500;
/** How much a new turnaround moves the expected one. */
const LEARNING = 0.2;
/** Who wakes and finds no answer yet looks again after this share of a turnaround: to wake costs more than most of a request. */
const AGAIN = 0.25;

interface Letter<Request, Answer> {
  request: Request;
  /** When it was sent, epoch ms; null until then. */
  sentAt: number | null;
  reply: { answer: Answer } | { error: unknown } | null;
}

/** Sends requests together, in the context of the one that does it; answers in the same order. */
export type SendTogether<Request, Answer> = (requests: Request[]) => Promise<Answer[]>;

/**
 * Gathers calls to one object that many HTTP requests of this isolate make at about the same time: on one
 * object the call is the cost, not what it does (platform.md). Each request waits on a timer of its own
 * and reads what another has written down for it, because on Workers a promise of one request must not be
 * waited for by another (workers/observability/errors, "Cannot perform I/O on behalf of a different
 * request"). The first of a window sends for all; should it be cut off, whoever wakes and finds letters
 * unsent does.
 */
export class Mailbox<Request, Answer> {
  readonly #clock: MailClock;
  #letters: Letter<Request, Answer>[] = [];
  #lastSentAt = 0;
  #turnaroundMs = WINDOW_MS;

  constructor(clock: MailClock = workersClock) {
    this.#clock = clock;
  }

  /** The answer to `request`, or the exception of the call that carried it. */
  async ask(request: Request, send: SendTogether<Request, Answer>): Promise<Answer> {
    const letter: Letter<Request, Answer> = { request, sentAt: null, reply: null };
    const isFirst = this.#letters.push(letter) === 1;
    const pauseMs = WINDOW_MS - within(WINDOW_MS, this.#clock.now() - this.#lastSentAt);
    // The others wake once, when the answer should be there.
    const sleepMs = isFirst ? pauseMs : pauseMs + this.#turnaroundMs;
    if (sleepMs > 0) await this.#clock.sleep(sleepMs);
    if (letter.sentAt === null) await this.#sendAll(send);
    while (letter.reply === null) {
      const elapsedMs = this.#clock.now() - (letter.sentAt ?? 0);
      const leastMs = Math.max(1, this.#turnaroundMs * AGAIN);
      if (elapsedMs > LOST_MS) await this.#deliver([letter], send);
      else
        await this.#clock.sleep(Math.max(leastMs, this.#turnaroundMs - within(LOST_MS, elapsedMs)));
    }
    if ('error' in letter.reply) throw letter.reply.error;
    return letter.reply.answer;
  }

  async #sendAll(send: SendTogether<Request, Answer>): Promise<void> {
    const letters = this.#letters.splice(0, BATCH_MAX);
    const sentAt = this.#clock.now();
    this.#lastSentAt = sentAt;
    await this.#deliver(letters, send);
    const tookMs = within(LOST_MS, this.#clock.now() - sentAt);
    this.#turnaroundMs += LEARNING * (tookMs - this.#turnaroundMs);
  }

  async #deliver(
    letters: Letter<Request, Answer>[],
    send: SendTogether<Request, Answer>,
  ): Promise<void> {
    const sentAt = this.#clock.now();
    for (const letter of letters) letter.sentAt = sentAt;
    try {
      const answers = await send(letters.map((letter) => letter.request));
      letters.forEach((letter, index) => {
        letter.reply = { answer: answers[index] as Answer };
      });
    } catch (error) {
      for (const letter of letters) letter.reply = { error };
    }
  }
}

/** Between 0 and `most`: a clock that stepped back makes nobody wait for it to come round again. */
function within(most: number, ms: number): number {
  return Math.min(most, Math.max(0, ms));
}

/** `scheduler.wait` does the same for 4 to 10 µs more (measured on otherwise empty requests). */
const workersClock: MailClock = {
  now: () => Date.now(),
  sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
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
