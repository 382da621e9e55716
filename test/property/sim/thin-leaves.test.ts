import { expect, it } from 'vitest';
import { runBig } from '../../sim/big-run.ts';

/** A sale through relays, with all leaves real, or one of eight. */
async function countsOf(realOf: number): Promise<Map<string, number>> {
  const change = { leaves: 64, realOf };
  const run = await runBig({ fans: 2_000, hours: 0.7, seed: 1, change });
  expect(run.world.thinLeaves).toHaveLength(realOf === 1 ? 0 : 56);
  return new Map(run.counts.counts);
}

/** What belongs to objects that are not there, or to their start: a few of each leaf. What goes out on sockets costs nothing. */
const NOT_OF_THIN = /subscribe|rows read|seat frames|messages out/;

it('thin leaves make the sale and the bill that real ones make', async () => {
  const [real, thin] = await Promise.all([countsOf(1), countsOf(8)]);
  const differ = [...real].filter(([name, count]) => {
    if (NOT_OF_THIN.test(name)) return false;
    // Other fans meet other chances: as much as chance may do, and a fifteenth.
    const allowed = 5 * Math.sqrt(count) + count / 15;
    return Math.abs((thin.get(name) ?? 0) - count) > allowed;
  });
  expect(differ.map(([name, count]) => [name, count, thin.get(name)])).toEqual([]);
});
