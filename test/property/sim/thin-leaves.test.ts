import { expect, it } from 'vitest';
import { bigScenario } from '../../sim/big.ts';
import { runBig } from '../../sim/big-run.ts';
import { DOING } from '../../sim/fans/table.ts';
import { World } from '../../sim/world.ts';

/** A sale through relays, with all leaves real, or one of eight. */
async function countsOf(
  realOf: number,
): Promise<{ counts: Map<string, number>; activeMs: number }> {
  const change = { leaves: 64, realOf };
  const run = await runBig({ fans: 2_000, hours: 0.7, seed: 1, change });
  expect(run.world.thinLeaves).toHaveLength(realOf === 1 ? 0 : 56);
  const [leaves] = run.counts.times.filter(({ kind }) => kind === 'leaves');
  return { counts: new Map(run.counts.counts), activeMs: leaves?.activeMs ?? Number.NaN };
}

/** What belongs to objects that are not there, or to their start: a few of each leaf. What goes out on sockets costs nothing. */
const NOT_OF_THIN = /subscribe|rows read|seat frames|messages out/;

/** Rows of which each purchase writes many. */
const OF_PURCHASES = /rows written: EventSale (commit|outboxDone)/;

it('thin leaves make the sale and the bill that real ones make', async () => {
  const [real, thin] = await Promise.all([countsOf(1), countsOf(8)]);
  const purchases = real.counts.get('Worker requests: confirm') ?? Number.NaN;
  const differ = [...real.counts].filter(([name, count]) => {
    if (NOT_OF_THIN.test(name)) return false;
    // Other fans meet other chances: as much as chance may do, and a fiftieth. It decides of purchases, not of
    // each row that one writes.
    const chances = OF_PURCHASES.test(name) ? purchases : count;
    const allowed = (5 * Math.sqrt(chances) + chances / 50) * (count / chances);
    return Math.abs((thin.counts.get(name) ?? 0) - count) > allowed;
  });
  expect(differ.map(([name, count]) => [name, count, thin.counts.get(name)])).toEqual([]);
  expect(thin.activeMs / real.activeMs).toBeGreaterThan(0.9);
  expect(thin.activeMs / real.activeMs).toBeLessThan(1.1);
});

it.each([1, 8])('fans stay in line until they leave it, one leaf of %d real', async (realOf) => {
  const world = new World({ ...bigScenario(1_000, 0.7, 1), leaves: 8, realOf });
  const { auditor, crowd, definition } = world;
  await world.clock.run(definition.settings.opensAt - 1_000);
  const lost: number[] = [];
  for (let fan = 0; fan < crowd.arrived; fan++) {
    const place = auditor.fans.placeOf(fan);
    const inLine = place >= 0 && auditor.line.isPresent(place);
    if (inLine && crowd.table.isDoing(fan, DOING.gone, DOING.away)) lost.push(fan);
  }
  expect(auditor.line.waiting()).toBeGreaterThan(400);
  expect(lost).toEqual([]);
});
