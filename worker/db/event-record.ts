import { planCapacity } from '../../durable-objects/core/plan-geometry.ts';
import type { EventId } from '../../durable-objects/core/ids.ts';
import type { SaleDefinition } from '../../durable-objects/core/sale.ts';
import type { events, seatPlans, venues } from '../../drizzle/schema.ts';
import type { Category } from '../../durable-objects/core/plan.ts';

/** An event of the catalogue: what its sale must know, and what only its page shows. */
export interface EventRecord {
  definition: SaleDefinition;
  description: string;
  city: string;
  seatCount: number;
}

/** One joined row of the catalogue. */
export interface EventRow {
  event: typeof events.$inferSelect;
  venue: typeof venues.$inferSelect;
  plan: typeof seatPlans.$inferSelect;
}

/** Makes an event from its row and its price bands, which must be in their order. */
export function toRecord(row: EventRow, categories: readonly Category[]): EventRecord {
  const { event, venue, plan } = row;
  return {
    definition: {
      eventId: event.id as EventId,
      name: event.name,
      timeZone: venue.timeZone,
      startsAt: event.startsAt.getTime(),
      venueName: venue.name,
      settings: {
        ...event.settings,
        opensAt: event.opensAt.getTime(),
        closesAt: event.closesAt.getTime(),
      },
      categories,
      plan: plan.plan,
    },
    description: event.description,
    city: venue.city,
    seatCount: planCapacity(plan.plan),
  };
}
