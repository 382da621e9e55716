import { bigScenario } from './big.ts';
import type { ObjectTime } from './bill/bill.ts';
import type { Wakefulness } from './meters.ts';
import { auditOf, type DrawAudit } from './draw-audit.ts';
import { Observer, type Observed } from './observer.ts';
import type { Scenario } from './scenario.ts';
import { World } from './world.ts';

/** What a bill is made from: counted in a run, and enough to be kept in a file. */
export interface Counts {
  fans: number;
  hours: number;
  seed: number;
  /** By name, as `Meters` counts them. */
  counts: [string, number][];
  times: ObjectTime[];
}

/** A big sale as it went. */
export interface BigRun extends Observed {
  world: World;
  counts: Counts;
  /** Null where the lobby was first come, first served. */
  draw: DrawAudit | null;
}

/** How often the run is looked at, ms. */
const LOOK_MS = 60_000;
/** Fans who close their pages once everything is sold do so within, ms. */
const CLOSE_MS = 5 * 60_000;
/** What is on its way at the end arrives within, ms. */
const SETTLE_MS = 30_000;

/** Runs a big sale, with `change` in its scenario, to its end and closes the books; `told` hears how far it is. Rejects with the first broken promise. */
export async function runBig(
  options: { fans: number; hours: number; seed: number; change?: Partial<Scenario> },
  told: (words: string) => void = () => undefined,
): Promise<BigRun> {
  const { fans, hours, seed, change } = options;
  const world = new World({ ...bigScenario(fans, hours, seed), ...change });
  const { clock, auditor, crowd } = world;
  const observer = new Observer(world);
  const failed = (error: unknown): void => clock.fail(error);
  process.on('unhandledRejection', failed);
  try {
    const end = clock.now + world.scenario.calmMs;
    let soldOut = false;
    while (clock.now < end) {
      await clock.run(clock.now + LOOK_MS);
      const sample = observer.look();
      if (!soldOut && observer.soldOut()) {
        soldOut = true;
        crowd.giveUp(CLOSE_MS);
      }
      told(
        `${sample.minute.toFixed(0)} min: ${crowd.arrived} came, ${sample.called} called, ${world.buyers.seatsBought} seats sold`,
      );
    }
    crowd.stop();
    await clock.run(clock.now + SETTLE_MS);
    auditor.line.allOwned();
  } finally {
    process.off('unhandledRejection', failed);
  }
  const counts = { fans, hours, seed, counts: world.meters.all(), times: timesOf(world) };
  return { ...observer.observed(), world, counts, draw: auditOf(world) };
}

function timesOf(world: World): ObjectTime[] {
  const { sale, relays, leaves, thinLeaves } = world;
  const groups: [string, readonly { wake: Wakefulness }[]][] = [
    ['EventSale', [sale]],
    ['relays', relays],
    ['leaves', [...leaves, ...thinLeaves]],
  ];
  return groups
    .filter(([, actors]) => actors.length > 0)
    .map(([kind, actors]) => ({
      kind,
      objects: actors.length,
      awakeMs: actors.reduce((sum, { wake }) => sum + wake.awakeMs, 0),
      // Those who publish have calls under way nearly always.
      activeMs: actors.reduce(
        (sum, { wake }) => sum + (kind === 'leaves' ? wake.activeMs : wake.awakeMs),
        0,
      ),
    }));
}
