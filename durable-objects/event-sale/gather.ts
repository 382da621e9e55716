/**
 * Runs commands that come close together in one turn, so that what they write becomes one commit: under
 * load a commit of its own is the dearest part of a small command. The first after a pause runs at once;
 * those that come within the window after it wait for the window's end.
 */
export class Gather {
  readonly #windowMs: number;
  readonly #clock: { now(): number; later(delayMs: number, task: () => void): void };
  #waiting: (() => void)[] = [];
  /** End of the window, epoch ms. A timer is set only when somebody waits for it. */
  #until = 0;

  constructor(
    windowMs: number,
    clock: { now(): number; later(delayMs: number, task: () => void): void },
  ) {
    this.#windowMs = windowMs;
    this.#clock = clock;
  }

  /** The command's answer, or its exception; commands run in the order in which they came. */
  async run<Answer>(command: () => Answer): Promise<Answer> {
    // A clock that stepped back makes nobody wait longer than a window.
    const left = Math.min(this.#windowMs, this.#until - this.#clock.now());
    if (left <= 0 && this.#waiting.length === 0) {
      this.#openWindow();
      return command();
    }
    return new Promise((resolve, reject) => {
      const waiting = this.#waiting.push(() => {
        try {
          resolve(command());
        } catch (error) {
          reject(error);
        }
      });
      if (waiting === 1) this.#clock.later(left, () => this.#close());
    });
  }

  #openWindow(): void {
    this.#until = this.#clock.now() + this.#windowMs;
  }

  #close(): void {
    const commands = this.#waiting;
    this.#waiting = [];
    this.#openWindow();
    for (const command of commands) command();
  }
}
