/**
 * Runs commands that come close together in one turn, so that what they write becomes one commit: under
 * load a commit of its own is the dearest part of a small command. The first after a pause runs at once;
 * those that come within the window after it wait for the window's end.
 */
export class Gather {
  readonly #windowMs: number;
  readonly #later: (delayMs: number, task: () => void) => void;
  #waiting: (() => void)[] = [];
  #open = false;

  constructor(windowMs: number, later: (delayMs: number, task: () => void) => void) {
    this.#windowMs = windowMs;
    this.#later = later;
  }

  /** The command's answer, or its exception; commands run in the order in which they came. */
  async run<Answer>(command: () => Answer): Promise<Answer> {
    if (!this.#open) {
      this.#openWindow();
      return command();
    }
    return new Promise((resolve, reject) => {
      this.#waiting.push(() => {
        try {
          resolve(command());
        } catch (error) {
          reject(error);
        }
      });
    });
  }

  #openWindow(): void {
    this.#open = true;
    this.#later(this.#windowMs, () => this.#close());
  }

  #close(): void {
    this.#open = false;
    const commands = this.#waiting;
    if (commands.length === 0) return;
    this.#waiting = [];
    this.#openWindow();
    for (const command of commands) command();
  }
}
