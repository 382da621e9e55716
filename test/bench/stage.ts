import { createHmac } from 'node:crypto';
import { join } from 'node:path';
import { bundleProduct, startProduct } from '../support/product.ts';
import { LOCAL_SECRET } from '../support/sale-fixture.ts';
import { startStandins } from '../support/standins.ts';
import { bundle, startWorkerd } from '../support/workerd.ts';
import type { BareWorkerd } from '../support/workerd.ts';

/** Floor and product side by side on bare workerd, with the catalogue in the embedded Postgres. */
export interface Stage {
  floor: BareWorkerd;
  product: BareWorkerd;
  databaseUrl: string;
  /** A bearer for the floor: an id and its HMAC. */
  floorBearer(id: string): string;
  close(): Promise<void>;
}

/** Builds both bundles and starts everything on free ports. */
export async function setStage(): Promise<Stage> {
  const standins = await startStandins();
  const floor = await startWorkerd({
    script: bundle(join(import.meta.dirname, 'floor/wrangler.toml')),
    classes: ['Floor'],
    vars: { SECRET: LOCAL_SECRET },
  });
  const product = await startProduct(bundleProduct(), standins);
  return {
    floor,
    product,
    databaseUrl: standins.databaseUrl,
    floorBearer: (id) =>
      `${id}.${createHmac('sha256', LOCAL_SECRET).update(id).digest('base64url')}`,
    close: async () => {
      await Promise.all([floor.kill(), product.kill()]);
      await standins.stop();
    },
  };
}
