import { sha256 } from '@noble/hashes/sha2.js';
import { toBase64Url, utf8 } from './fairness/bytes.ts';
import type { SeatId } from './ids.ts';
import type { OrderRecord } from './order-record.ts';
import { expandPlan, planCapacity } from './plan-geometry.ts';
import type { Category, Seat, SeatPlan } from './plan.ts';
import type { Result } from './result.ts';
import type { SaleDefinition } from './sale.ts';

/** Most seats of a plan (fan-site 6). */
const PLAN_SEATS_MAX = 150_000;
/** Changes that left seats out; more would not fit into the row that keeps the definition. */
const EARLIER_PLANS_MAX = 20;
/** Seats named in a refusal. */
const NAMED_MAX = 100;

/** What an organiser wants to sell from now on. */
export interface PlanDraft {
  sections: SeatPlan['sections'];
  categories: readonly Category[];
}

/** Why a plan cannot be taken over: `plan_invalid` never, `plan_seats_missing` not while these seats are somebody’s. */
export type PlanRefusal =
  | { code: 'plan_invalid'; reason: string }
  | { code: 'plan_seats_missing'; seatIds: readonly SeatId[]; missing: number };

/**
 * Whether the draft may take the place of the sale's plan: it makes sense in itself, its prices are in the
 * sale's currency, and every seat that is held, paid for or sold is in it (failure case F10).
 */
export function judgePlan(
  current: SaleDefinition,
  draft: PlanDraft,
  taken: readonly Seat[],
): Result<object, PlanRefusal> {
  const reason = faultOf(current, draft);
  if (reason !== null) return { ok: false, code: 'plan_invalid', reason };
  const there = new Set(expandDraft(draft).map((seat) => seat.id));
  const missing = taken.map((seat) => seat.id).filter((id) => !there.has(id));
  if (missing.length === 0) return { ok: true };
  const seatIds = missing.slice(0, NAMED_MAX);
  return { ok: false, code: 'plan_seats_missing', seatIds, missing: missing.length };
}

function faultOf(
  { categories: now, earlierPlans = [] }: SaleDefinition,
  { sections, categories }: PlanDraft,
): string | null {
  if (earlierPlans.length >= EARLIER_PLANS_MAX) return 'This plan was changed too often.';
  const bands = new Set(categories.map((band) => band.id));
  if (bands.size < categories.length) return 'A price band is named twice.';
  const currencies = new Set([...now, ...categories].map((band) => band.price.currency));
  if (currencies.size > 1) return 'A sale keeps its currency.';
  const names = new Set<string>();
  for (const { id, categoryId } of sections) {
    if (names.has(id)) return `Section ${id} is named twice.`;
    names.add(id);
    if (!bands.has(categoryId)) return `Section ${id} has a price band that is not there.`;
  }
  const capacity = planCapacity({ venueId: '', version: 0, sections });
  return capacity > PLAN_SEATS_MAX ? `A plan has at most ${PLAN_SEATS_MAX} seats.` : null;
}

function expandDraft({ sections }: PlanDraft): readonly Seat[] {
  return expandPlan({ venueId: '', version: 0, sections });
}

/** Tells two drafts apart: SHA-256, base64url. */
export function draftFingerprint(draft: PlanDraft): string {
  return toBase64Url(sha256(utf8(JSON.stringify(draft))));
}

/** The sale with another plan. `seatVersion` is the version of the seats from then on. */
export function withPlan(
  definition: SaleDefinition,
  draft: PlanDraft,
  version: number,
  seatVersion: number,
): SaleDefinition {
  const { plan: before, earlierPlans = [] } = definition;
  const plan = { venueId: before.venueId, version, sections: draft.sections };
  const { categories } = draft;
  return {
    ...definition,
    categories,
    plan,
    earlierPlans: stillNamed(plan, [before, ...earlierPlans]),
    seatVersion,
  };
}

/** Of the earlier plans, newest first, those with seats that no later one has. */
function stillNamed(plan: SeatPlan, earlier: readonly SeatPlan[]): SeatPlan[] {
  const known = new Set(expandPlan(plan).map((seat) => seat.id));
  return earlier.filter((each) => {
    const fresh = expandPlan(each).filter((seat) => !known.has(seat.id));
    for (const { id } of fresh) known.add(id);
    return fresh.length > 0;
  });
}

/**
 * Every seat that the sale has or had: those of its plan, in its order, and then those that later versions
 * left out, which orders of the past still name. `onSale` is how many the plan has.
 */
export function seatsEver({ plan, earlierPlans = [] }: SeatedSale): {
  seats: readonly Seat[];
  onSale: number;
} {
  const now = expandPlan(plan);
  if (earlierPlans.length === 0) return { seats: now, onSale: now.length };
  const seats = [...now];
  const known = new Set(now.map((seat) => seat.id));
  for (const earlier of earlierPlans)
    for (const seat of expandPlan(earlier))
      if (!known.has(seat.id)) {
        known.add(seat.id);
        seats.push(seat);
      }
  return { seats, onSale: now.length };
}

type SeatedSale = Pick<SaleDefinition, 'plan' | 'earlierPlans'>;

/** The new index of each seat, by its old one; null when all stay as they are. Throws when a seat is gone. */
export function renumbering(before: readonly Seat[], after: readonly Seat[]): Int32Array | null {
  const indices = new Map(after.map((seat, index) => [seat.id, index]));
  const map = Int32Array.from(before, ({ id }) => {
    const index = indices.get(id);
    if (index === undefined) throw new Error(`seat ${id} is gone`);
    return index;
  });
  return map.every((index, old) => index === old) ? null : map;
}

/** The order with its seats' new indices, in its past too. */
export function renumberOrder(order: OrderRecord, map: Int32Array): OrderRecord {
  const moved = (seats: readonly number[]): number[] => seats.map((index) => at(map, index));
  const steps = order.steps.map((step) =>
    step.seats === undefined ? step : { ...step, seats: moved(step.seats) },
  );
  const refunds = order.refunds.map((refund) => ({ ...refund, seats: moved(refund.seats) }));
  const { seats, returned } = order;
  const offer = order.offer && moved(order.offer);
  return { ...order, seats: moved(seats), offer, returned: moved(returned), refunds, steps };
}

/** The seat's new index. Throws for one that the plan never had. */
export function at(map: Int32Array, index: number): number {
  const moved = map[index];
  if (moved === undefined) throw new Error(`seat ${index} is not in the plan`);
  return moved;
}
