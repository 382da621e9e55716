import { cpuSecondsOf, peakMemoryOf } from '../support/cpu.ts';
import type { BareWorkerd } from '../support/workerd.ts';

/** One workerd of the product. It can be killed and comes back on the same port and data; its counts go on. */
export class ProductProcess {
  /** What it has of the product, in words. */
  readonly role: string;
  readonly #start: () => Promise<BareWorkerd>;
  #server: BareWorkerd;
  /** Of those that were killed: seconds of CPU, and most resident memory, bytes. */
  #spent = 0;
  #peak = 0;

  private constructor(role: string, start: () => Promise<BareWorkerd>, server: BareWorkerd) {
    this.role = role;
    this.#start = start;
    this.#server = server;
  }

  /** `start` starts it on what it has written down so far. */
  static async begin(role: string, start: () => Promise<BareWorkerd>): Promise<ProductProcess> {
    return new ProductProcess(role, start, await start());
  }

  get port(): number {
    return this.#server.port;
  }

  /** Seconds of CPU so far. */
  get cpuSeconds(): number {
    return this.#spent + cpuSecondsOf(this.#server.pid);
  }

  /** Most resident memory so far, bytes. */
  get peakMemory(): number {
    return Math.max(this.#peak, peakMemoryOf(this.#server.pid));
  }

  /** SIGKILL. */
  async kill(): Promise<void> {
    this.#spent = this.cpuSeconds;
    this.#peak = this.peakMemory;
    await this.#server.kill();
  }

  /** Starts it again after a kill. */
  async restart(): Promise<void> {
    this.#server = await this.#start();
  }
}
