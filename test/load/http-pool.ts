import { HttpLine } from '../support/http-load.ts';
import type { LoadAnswer, LoadRequest } from '../support/http-load.ts';

/** A connection that nobody has used for so long is not used again, ms: servers here close them after 5 s. */
const IDLE_MS = 3_000;

/**
 * A few keep-alive connections to one port, shared by all who ask; a lost or long idle one is replaced. What
 * is lost on a connection that was used before is asked once more on a new one, as browsers do: a busy server
 * may be closing it for idleness just then (RFC 9112, 9.3.1). All that is asked here may be repeated.
 */
export class HttpPool {
  readonly #port: number;
  readonly #idle: { line: HttpLine; since: number }[] = [];
  readonly #waiting: ((line: HttpLine) => void)[] = [];
  #lines = 0;
  readonly #most: number;

  constructor(port: number, most: number) {
    this.#port = port;
    this.#most = most;
  }

  /** Rejects when the connection is lost before the answer. */
  async ask(request: LoadRequest): Promise<LoadAnswer> {
    const line = await this.#take();
    const isUsed = line.isUsed;
    try {
      return await line.send(request);
    } catch (error) {
      if (!isUsed) throw error;
    } finally {
      this.#give(line);
    }
    return this.#askOnNewLine(request);
  }

  async #askOnNewLine(request: LoadRequest): Promise<LoadAnswer> {
    const line = new HttpLine(this.#port);
    try {
      return await line.send(request);
    } finally {
      line.close();
    }
  }

  #take(): Promise<HttpLine> | HttpLine {
    const idle = this.#idle.pop();
    if (idle !== undefined) {
      if (!idle.line.isLost && performance.now() - idle.since < IDLE_MS) return idle.line;
      idle.line.close();
      return new HttpLine(this.#port);
    }
    if (this.#lines < this.#most) {
      this.#lines += 1;
      return new HttpLine(this.#port);
    }
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
    });
  }

  #give(line: HttpLine): void {
    const next = this.#waiting.shift();
    const usable = line.isLost ? new HttpLine(this.#port) : line;
    if (next === undefined) this.#idle.push({ line: usable, since: performance.now() });
    else next(usable);
  }

  close(): void {
    for (const { line } of this.#idle) line.close();
  }
}
