import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { neon } from '@neondatabase/serverless';
import { bundleProduct, startProduct } from '../support/product.ts';
import { startStandins } from '../support/standins.ts';
import type { Standins } from '../support/standins.ts';
import { bundle, freePorts } from '../support/workerd.ts';
import { ProductProcess } from './product-process.ts';
import { ownerOfRoom, roleOf, SALE_PROCESS } from './spread/owners.ts';

/** Over how many workerd processes the product is spread, and how many leaves its sale has. */
export interface Spread {
  processes: number;
  leaves: number;
}

/** Which processes a crash takes. */
export const VICTIMS = ['all', 'sale', 'leaf'] as const;
/** All of them; EventSale's; one that has leaves. */
export type Victim = (typeof VICTIMS)[number];

/** The product on bare workerd, in one process or in several, which can be killed and come back. */
export class LoadStage {
  readonly standins: Standins;
  /** The first has EventSale; each answers everything. */
  readonly processes: readonly [ProductProcess, ...ProductProcess[]];
  readonly #home: string;

  private constructor(standins: Standins, processes: LoadStage['processes'], home: string) {
    this.standins = standins;
    this.processes = processes;
    this.#home = home;
  }

  /** Builds and starts everything on free ports, with a database that holds no event yet. */
  static async set(spread: Spread = { processes: 1, leaves: 1 }): Promise<LoadStage> {
    const home = mkdtempSync(join(tmpdir(), 'onsale-load-'));
    const standins = await startStandins({ seeded: false });
    const begin = await starter(spread, standins, home);
    const [first, ...others] = await Promise.all(
      Array.from({ length: spread.processes }, (_, index) =>
        ProductProcess.begin(roleOf(index, spread.processes, spread.leaves), () => begin(index)),
      ),
    );
    if (first === undefined) throw new Error('a product of no process');
    return new LoadStage(standins, [first, ...others], home);
  }

  /** Number of the process that has this leaf. */
  ownerOf(leaf: number): number {
    return ownerOfRoom(leaf, this.processes.length);
  }

  /** SIGKILL, and a new start on what was written down. */
  async crash(victim: Victim): Promise<void> {
    const only = { all: null, sale: SALE_PROCESS, leaf: this.ownerOf(0) }[victim];
    const victims = this.processes.filter((_, index) => only === null || only === index);
    await Promise.all(victims.map((process) => process.kill()));
    await Promise.all(victims.map((process) => process.restart()));
  }

  /** Bookings that were filed in Postgres. */
  async bookings(): Promise<number> {
    const rows = await neon(this.standins.databaseUrl)`select count(*) as filed from bookings`;
    return Number(rows[0]?.['filed']);
  }

  async close(): Promise<void> {
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.standins.stop();
    rmSync(this.#home, { recursive: true, force: true });
  }
}

/** Starts the process of this number, each time on the same port and data. */
async function starter({ processes }: Spread, standins: Standins, home: string) {
  const isOne = processes === 1;
  const script = isOne
    ? bundleProduct()
    : bundle(join(import.meta.dirname, 'spread/wrangler.toml'));
  const ports = await freePorts(processes * 2);
  const doors = ports.splice(processes);
  return (index: number) =>
    startProduct(script, standins, {
      dataDir: join(home, String(index)),
      port: ports[index] ?? 0,
      ...(isOne ? {} : { doors: { own: doors[index] ?? 0, all: doors } }),
      vars: { PROCESS: String(index), PROCESSES: String(processes) },
    });
}
