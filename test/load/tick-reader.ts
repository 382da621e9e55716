/** What a fan of the load reads of a tick. `at` is epoch ms. */
export interface SeenTick {
  seq: number;
  at: number;
  cursor: number;
  tail: number;
  pollMs: number;
}

/** Reads each tick once, however many sockets bring the same bytes. */
export class TickReader {
  #bytes: Buffer = Buffer.alloc(0);
  #tick: SeenTick = { seq: 0, at: 0, cursor: 0, tail: 0, pollMs: 0 };

  read(data: Buffer): SeenTick {
    if (!this.#bytes.equals(data)) {
      this.#bytes = Buffer.from(data);
      this.#tick = JSON.parse(data.toString()) as SeenTick;
    }
    return this.#tick;
  }
}
