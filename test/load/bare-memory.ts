import { join } from 'node:path';
import { LiveCrowd } from '../support/live-load.ts';
import { LOCAL_SECRET } from '../support/sale-fixture.ts';
import { bundle, startWorkerd } from '../support/workerd.ts';
import { peakMemoryOf } from '../support/cpu.ts';

/** Peak resident memory of a workerd that does nothing but hold so many sockets and echo once, bytes. */
export async function bareSocketsMemory(sockets: number): Promise<number> {
  const floor = await startWorkerd({
    script: bundle(join(import.meta.dirname, '../bench/floor/wrangler.toml')),
    classes: ['Floor'],
    vars: { SECRET: LOCAL_SECRET },
  });
  const target = { port: floor.port, path: '/echo/memory', protocols: [] };
  const crowd = await LiveCrowd.open(Array.from({ length: sockets }, () => target));
  await crowd.until(
    () => crowd.sendAll('{"v":1,"type":"join"}'),
    () => true,
  );
  const peak = peakMemoryOf(floor.pid);
  crowd.close();
  await floor.kill();
  return peak;
}
