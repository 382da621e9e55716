import { smallScenario } from './scenario.ts';
import { World, type Tampering } from './world.ts';
import type { Scenario } from './scenario.ts';

/** Runs a scenario through storm and calm and closes the books. Rejects with the first broken promise. */
export async function runThrough(
  scenario: Scenario,
  tampering: Tampering = {},
  tamper: (world: World) => void = () => undefined,
): Promise<World> {
  const world = new World(scenario, tampering);
  tamper(world);
  const { clock } = world;
  const unhandled = (error: unknown): void => clock.fail(error);
  process.on('unhandledRejection', unhandled);
  try {
    await clock.run(clock.now + scenario.stormMs);
    world.faults.stop();
    const end = clock.now + scenario.calmMs;
    while (clock.now < end && !world.settled()) await clock.run(clock.now + 30_000);
    world.auditor.answered(world.crowd.unanswered());
    world.auditor.drained();
    world.auditor.departed();
    world.auditor.placesOwned(world.placesOwned());
    await clock.run(clock.now + 1);
    return world;
  } finally {
    process.off('unhandledRejection', unhandled);
  }
}

/** A seed of the small world. */
export function runSeed(seed: number): Promise<World> {
  return runThrough(smallScenario(seed));
}
