import type { Presence } from './presence.ts';

type Mark = readonly [number, number];

/** Below this many people ahead a coarse mark every few people would be finer than anyone reads. */
const NEAREST_MARK = 8;

/**
 * Departures among the waiting as the tick carries them, at most `most`. Exact while they fit: one
 * mark just behind each departure. Else coarse: marks at growing distances from the cursor, the last
 * at the tail, between which clients interpolate; the error is less than the departures between two.
 */
export function departureMarks(presence: Presence, cursor: number, most: number): Mark[] {
  const before = cursor - presence.rank(cursor);
  const departed = presence.tail - presence.present - before;
  if (departed <= most) {
    return Array.from(
      { length: departed },
      (_, i) => [presence.selectDeparted(before + i) + 1, i + 1] as const,
    );
  }
  return coarseMarks(presence, cursor, most);
}

function coarseMarks(presence: Presence, cursor: number, most: number): Mark[] {
  const span = presence.tail - cursor;
  const growth = (span / NEAREST_MARK) ** (1 / Math.max(1, most - 1));
  const base = presence.rank(cursor);
  const marks: Mark[] = [];
  let last = cursor;
  for (let i = 0; i < most; i++) {
    const distance = Math.min(span, Math.round(NEAREST_MARK * growth ** i));
    const order = i === most - 1 ? presence.tail : cursor + distance;
    if (order <= last) continue;
    last = order;
    marks.push([order, order - cursor - (presence.rank(order) - base)]);
  }
  return marks;
}
