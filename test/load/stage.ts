import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { neon } from '@neondatabase/serverless';
import { bundleProduct, startProduct } from '../support/product.ts';
import { startStandins } from '../support/standins.ts';
import type { Standins } from '../support/standins.ts';
import { freePort } from '../support/workerd.ts';
import type { BareWorkerd } from '../support/workerd.ts';

/** The product on bare workerd, which can be killed and comes back on the same port and data. */
export class LoadStage {
  readonly standins: Standins;
  readonly port: number;
  readonly #script: string;
  readonly #dataDir: string;
  #server: BareWorkerd;

  private constructor(
    standins: Standins,
    where: { script: string; dataDir: string; port: number },
    server: BareWorkerd,
  ) {
    this.standins = standins;
    this.port = where.port;
    this.#script = where.script;
    this.#dataDir = where.dataDir;
    this.#server = server;
  }

  /** Builds and starts everything on free ports, with a database that holds no event yet. */
  static async set(): Promise<LoadStage> {
    const dataDir = mkdtempSync(join(tmpdir(), 'onsale-load-'));
    const standins = await startStandins({ seeded: false });
    const where = { script: bundleProduct(), dataDir, port: await freePort() };
    return new LoadStage(standins, where, await startProduct(where.script, standins, where));
  }

  /** workerd as it runs now. */
  get pid(): number {
    return this.#server.pid;
  }

  /** SIGKILL, and a new start on what was written down. */
  async crash(): Promise<void> {
    await this.#server.kill();
    const where = { dataDir: this.#dataDir, port: this.port };
    this.#server = await startProduct(this.#script, this.standins, where);
  }

  /** Bookings that were filed in Postgres. */
  async bookings(): Promise<number> {
    const rows = await neon(this.standins.databaseUrl)`select count(*) as filed from bookings`;
    return Number(rows[0]?.['filed']);
  }

  async close(): Promise<void> {
    await this.#server.kill();
    await this.standins.stop();
    rmSync(this.#dataDir, { recursive: true, force: true });
  }
}
