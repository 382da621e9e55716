/** The time and the sleep of the request that asks; given, so that a test can move the clock. */
export interface MailClock {
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** At most one call each so often from one isolate to one object, ms: what comes in between goes together. */
const WINDOW_MS = 2;
/** A sender that has not answered for so long was cut off with its request, ms. */
const LOST_MS = 10_000;
/** Most requests in one call. */
const BATCH_MAX = 500;
/** How much a new turnaround moves the expected one. */
const LEARNING = 0.2;

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
 * request"). Nobody leads: whoever wakes first and finds letters unsent sends them all.
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
    this.#letters.push(letter);
    const pauseMs = this.#lastSentAt + WINDOW_MS - this.#clock.now();
    if (pauseMs > 0) await this.#clock.sleep(pauseMs);
    if (letter.sentAt === null) await this.#sendAll(send);
    while (letter.reply === null) {
      const elapsedMs = this.#clock.now() - (letter.sentAt ?? 0);
      if (elapsedMs > LOST_MS) await this.#deliver([letter], send);
      else await this.#clock.sleep(Math.max(1, this.#turnaroundMs - elapsedMs));
    }
    if ('error' in letter.reply) throw letter.reply.error;
    return letter.reply.answer;
  }

  async #sendAll(send: SendTogether<Request, Answer>): Promise<void> {
    const letters = this.#letters.splice(0, BATCH_MAX);
    const sentAt = this.#clock.now();
    this.#lastSentAt = sentAt;
    await this.#deliver(letters, send);
    this.#turnaroundMs += LEARNING * (this.#clock.now() - sentAt - this.#turnaroundMs);
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

const workersClock: MailClock = { now: () => Date.now(), sleep: (ms) => scheduler.wait(ms) };

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
