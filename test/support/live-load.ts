import { WebSocket } from 'ws';

/** Sockets of many fans in one process, with the time at which each got the answer that a step waits for. */
export class LiveCrowd {
  readonly #sockets: WebSocket[];
  #expected: (text: string) => boolean = () => false;
  #arrived: (() => void) | null = null;
  #missing = 0;

  private constructor(sockets: WebSocket[]) {
    this.#sockets = sockets;
    for (const socket of sockets) {
      socket.on('message', (data: Buffer) => this.#take(data.toString()));
    }
  }

  /** Opens one socket per url and protocols, `at once` in flight; rejects when one cannot be opened. */
  static async open(
    targets: readonly { url: string; protocols: string[] }[],
    atOnce = 200,
  ): Promise<LiveCrowd> {
    const sockets: WebSocket[] = [];
    for (let index = 0; index < targets.length; index += atOnce) {
      const wave = targets.slice(index, index + atOnce);
      sockets.push(...(await Promise.all(wave.map((target) => openSocket(target)))));
    }
    return new LiveCrowd(sockets);
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
    for (const socket of this.#sockets) socket.terminate();
  }

  #take(text: string): void {
    if (!this.#expected(text)) return;
    this.#missing -= 1;
    if (this.#missing === 0) this.#arrived?.();
  }
}

function openSocket(target: { url: string; protocols: string[] }): Promise<WebSocket> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(target.url, target.protocols, { perMessageDeflate: false });
    socket.once('open', () => resolve(socket));
    socket.once('error', reject);
  });
}
