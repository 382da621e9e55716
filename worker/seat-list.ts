import { expandPlan } from '../durable-objects/core/plan-geometry.ts';
import type { SeatPlan } from '../durable-objects/core/plan.ts';
import { seatCodeAt, seatCodeName } from '../durable-objects/core/seat-status.ts';

/** Plans whose expansion is kept; 60,000 seats cost about 10 MB. */
const PLANS_MAX = 4;

const expansions = new Map<string, readonly string[]>();

/**
 * The plain seat list as JSON text. Everything but the status is the same for each caller, so it is
 * written once per plan and only the statuses are filled in.
 */
export function seatListJson(plan: SeatPlan, packed: Uint8Array): string {
  const parts = openEnded(plan);
  const seats = parts.map((part, index) => `${part}"${seatCodeName(seatCodeAt(packed, index))}"}`);
  return `[${seats.join(',')}]`;
}

function openEnded(plan: SeatPlan): readonly string[] {
  const key = `${plan.venueId}/${plan.version}`;
  const known = expansions.get(key);
  if (known) return known;
  const made = expandPlan(plan).map(({ id, label, section, row, number, categoryId }) => {
    const text = JSON.stringify({ id, label, section, row, number, categoryId });
    return `${text.slice(0, -1)},"status":`;
  });
  if (expansions.size >= PLANS_MAX) expansions.clear();
  expansions.set(key, made);
  return made;
}
