import { WireSocket } from './wire-socket.ts';

/** Where a socket of a load goes. */
export interface LiveTarget {
  port: number;
  path: string;
  protocols: readonly string[];
}

/** Sockets of many fans in one process, with the time at which the last got the answer that a step waits for. */
export class LiveCrowd {
  readonly #sockets: WireSocket[] = [];
  #expected: (text: string) => boolean = () => false;
  #arrived: () => void = () => undefined;
  #missing = 0;

  /** Opens one socket per target, `atOnce` in flight; rejects when one cannot be opened. */
  static async open(targets: readonly LiveTarget[], atOnce = 200): Promise<LiveCrowd> {
    const crowd = new LiveCrowd();
    for (let index = 0; index < targets.length; index += atOnce) {
      const wave = targets.slice(index, index + atOnce);
      await Promise.all(wave.map((target) => crowd.#open(target)));
    }
    return crowd;
  }

  #open(target: LiveTarget): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = new WireSocket(target, {
        open: () => {
          this.#sockets.push(socket);
          resolve();
        },
        text: (data) => this.#take(data),
        closed: (code, reason) => reject(new Error(`a socket ended: ${code} ${reason}`)),
      });
    });
  }

  get size(): number {
    return this.#sockets.length;
  }

  /** Does `act`, then waits until every socket has received a message that `expected` accepts. Milliseconds. */
  async until(act: () => unknown, expected: (text: string) => boolean): Promise<number> {
    this.#expected = expected;
    this.#missing = this.#sockets.length;
    const all = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    const from = performance.now();
    await act();
    await all;
    return performance.now() - from;
  }

  /** Sends the same text on every socket. */
  sendAll(text: string): void {
    for (const socket of this.#sockets) socket.send(text);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  #take(data: Buffer): void {
    if (!this.#expected(data.toString('latin1'))) return;
    this.#missing -= 1;
    if (this.#missing === 0) this.#arrived();
  }
}
