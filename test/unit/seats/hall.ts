import type { EventId } from '../../../durable-objects/core/ids.ts';
import type { SeatPlan } from '../../../durable-objects/core/plan.ts';
import type { SaleDefinition, SaleSettings } from '../../../durable-objects/core/sale.ts';

export const START = Date.UTC(2026, 10, 22, 12);
export const MINUTE = 60_000;

/** Ten rows of ten gold seats in front of ten rows of ten silver ones. */
export const smallPlan: SeatPlan = {
  venueId: 'hall',
  version: 3,
  sections: [
    {
      shape: 'block',
      id: 'G',
      name: 'Section G',
      categoryId: 'gold',
      rows: Array.from({ length: 10 }, () => 10),
      rowGap: 1,
      x: 0,
      y: 5,
      seatGap: 0.5,
    },
    {
      shape: 'block',
      id: 'S',
      name: 'Section S',
      categoryId: 'silver',
      rows: Array.from({ length: 10 }, () => 10),
      rowGap: 1,
      x: 0,
      y: 20,
      seatGap: 0.5,
    },
  ],
};

export function saleDefinition(
  settings: Partial<SaleSettings> = {},
  plan = smallPlan,
): SaleDefinition {
  return {
    eventId: 'show' as EventId,
    name: 'Show',
    timeZone: 'Asia/Kolkata',
    startsAt: START + 30 * 24 * 3_600_000,
    venueName: 'Hall',
    settings: {
      opensAt: START,
      closesAt: START + 24 * 3_600_000,
      lobby: 'fifo',
      admission: {
        batchSize: 50,
        everyMs: 30_000,
        slots: 500,
        claimWindowMs: 120_000,
        graceMs: 60_000,
        sessionMs: 20 * MINUTE,
      },
      holdTtlMs: 10 * MINUTE,
      payingTtlMs: 15 * MINUTE,
      seatsPerAccount: 4,
      joinLimit: { max: 5, windowMs: 5 * MINUTE },
      leaves: 1,
      ...settings,
    },
    categories: [
      { id: 'gold', name: 'Gold', price: { amount: 750_000, currency: 'INR' }, color: '#b7791f' },
      {
        id: 'silver',
        name: 'Silver',
        price: { amount: 250_000, currency: 'INR' },
        color: '#64748b',
      },
    ],
    plan,
  };
}
