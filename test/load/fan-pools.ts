import type { LoadFan } from '../support/sale-fixture.ts';
import { HttpPool } from './http-pool.ts';

/** Connections to whichever process a fan's traffic is taken to, at most `most` to each. */
export class FanPools {
  readonly #portOf: (fan: LoadFan) => number;
  readonly #most: number;
  readonly #pools = new Map<number, HttpPool>();

  constructor(portOf: (fan: LoadFan) => number, most: number) {
    this.#portOf = portOf;
    this.#most = most;
  }

  of(fan: LoadFan): HttpPool {
    const port = this.#portOf(fan);
    const pool = this.#pools.get(port) ?? new HttpPool(port, this.#most);
    this.#pools.set(port, pool);
    return pool;
  }

  close(): void {
    for (const pool of this.#pools.values()) pool.close();
  }
}
