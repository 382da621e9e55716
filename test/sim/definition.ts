import { REHEARSAL_ROUND } from '../../durable-objects/core/fairness/recorded-rounds.ts';
import type { EventId } from '../../durable-objects/core/ids.ts';
import type { AdmissionSettings, SaleDefinition } from '../../durable-objects/core/sale.ts';
import type { Scenario } from './scenario.ts';

/** When the fans of a run begin to come; the sale opens some time after. */
export const START = Date.UTC(2026, 0, 10, 11);

/** The sale of a scenario, with `change` in its admission. */
export function definitionOf(
  scenario: Scenario,
  change: Partial<AdmissionSettings> = {},
): SaleDefinition {
  const opensAt = START + scenario.arrivals.lobby.ms;
  return {
    eventId: 'sim' as EventId,
    name: 'Simulated',
    timeZone: 'Asia/Kolkata',
    startsAt: opensAt + 30 * 24 * 3_600_000,
    venueName: 'Nowhere',
    settings: {
      opensAt,
      closesAt: opensAt + 24 * 3_600_000,
      lobby: scenario.lobby ?? 'fifo',
      // A round that everybody knows: nobody can make one up that verifies.
      ...(scenario.lobby === 'draw' ? { drandRound: REHEARSAL_ROUND.round } : {}),
      admission: { ...scenario.admission, ...change },
      holdTtlMs: 600_000,
      payingTtlMs: 900_000,
      seatsPerAccount: 6,
      joinLimit: { max: 5, windowMs: 300_000 },
      leaves: scenario.leaves,
    },
    categories: scenario.plan.categories,
    plan: scenario.plan.plan,
  };
}
