import type { FreeSeats, RowMap, RowSpan } from './row-map.ts';

/** Runs that are looked at, the nearest to the stage: so many are always enough, and bound the work. */
const RUNS_MAX = 1_000;

/** Free neighbours between taken ones, all of them. */
interface Run {
  start: number;
  length: number;
  section: string;
  /** Its middle, centimetres. */
  x: number;
  y: number;
  farCm: number;
}

/** Seats of a party that is split: how far the farthest run is from the one in their middle. */
interface Pick {
  seats: number[];
  radiusDm: number;
  farDm: number;
}

interface Question {
  size: number;
  asked: (row: RowSpan) => boolean;
  mayTake?: ((index: number) => boolean) | undefined;
}

/**
 * `size` free seats that are not all neighbours, the closest together, in the order of the plan; null when
 * there are not so many. A party stays in one section where any section has room. There, seats that leave
 * none single go before others. Then counts how far the runs of seats that they come from are from the
 * run in their middle (to the decimetre), then the distance of that one from the stage.
 *
 * Free seats that `mayTake` excludes take their whole run with them. Made for where no `size` neighbours
 * are free, so that runs are short; of very many, those nearest the stage are looked at.
 */
export function closestApart(map: RowMap, free: FreeSeats, question: Question): number[] | null {
  const runs = freeRuns(map, free, question);
  const { size } = question;
  const sections = [...Map.groupBy(runs, (run) => run.section).values()];
  const pick =
    closest(map, sections, size, false) ??
    closest(map, sections, size, true) ??
    closest(map, [runs], size, false) ??
    closest(map, [runs], size, true);
  return pick === null ? null : pick.seats.toSorted((a, b) => a - b);
}

function freeRuns(map: RowMap, free: FreeSeats, { asked, mayTake }: Question): Run[] {
  const runs: Run[] = [];
  for (const at of map.nearestFirst) {
    const row = map.rows[at];
    if (row === undefined || row.standing || !asked(row) || free.freeInRow(at) === 0) continue;
    if (runs.length >= RUNS_MAX) break;
    let start = row.start;
    let whole = true;
    for (let index = row.start; index <= row.end; index++) {
      if (index < row.end && free.isFree(index)) {
        if (mayTake !== undefined && !mayTake(index)) whole = false;
        continue;
      }
      if (index > start && whole) runs.push(runOf(map, row.section, start, index));
      start = index + 1;
      whole = true;
    }
  }
  return runs;
}

function runOf(map: RowMap, section: string, start: number, end: number): Run {
  const first = map.seats[start];
  const last = map.seats[end - 1];
  if (first === undefined || last === undefined)
    throw new Error(`seat ${start} is not in the plan`);
  const x = (first.x + last.x) * 50;
  const y = (first.y + last.y) * 50;
  return { start, length: end - start, section, x, y, farCm: Math.hypot(x, y) };
}

/** The best pick within any one of the groups of runs. */
function closest(
  map: RowMap,
  groups: readonly (readonly Run[])[],
  size: number,
  orphans: boolean,
): Pick | null {
  let best: Pick | null = null;
  for (const runs of groups) {
    if (!addsUp(runs, size, orphans)) continue;
    for (const middle of runs) {
      const pick = around(map, { middle, runs, size, orphans }, best?.radiusDm ?? Infinity);
      if (pick === null) continue;
      const worse =
        best !== null && (pick.radiusDm - best.radiusDm || pick.farDm - best.farDm) >= 0;
      if (!worse) best = pick;
    }
  }
  return best;
}

/** Whether some of the runs, or parts of them, come to `size` seats. */
function addsUp(runs: readonly Run[], size: number, orphans: boolean): boolean {
  const sums: (Sum | undefined)[] = [];
  return runs.some((run) => {
    addRun(sums, run, size, orphans);
    return sums[size] !== undefined;
  });
}

/** How a sum of seats was come by: `taken` of `run`, and before it the sum without them. */
interface Sum {
  run: Run;
  taken: number;
}

/** The closest pick around one run, none farther than `limitDm`: runs are added, nearest first, until some of them add up. */
function around(
  map: RowMap,
  question: { middle: Run; runs: readonly Run[]; size: number; orphans: boolean },
  limitDm: number,
): Pick | null {
  const { middle, runs, size, orphans } = question;
  const limitCm = limitDm * 10 + 5;
  const near: { run: Run; cm: number }[] = [];
  let seats = 0;
  for (const run of runs) {
    if (Math.abs(run.farCm - middle.farCm) > limitCm) continue;
    const cm = Math.hypot(run.x - middle.x, run.y - middle.y);
    if (cm > limitCm) continue;
    near.push({ run, cm });
    seats += run.length;
  }
  if (seats < size) return null;
  near.sort((a, b) => a.cm - b.cm || a.run.start - b.run.start);
  const sums: (Sum | undefined)[] = [];
  for (const { run, cm } of near) {
    addRun(sums, run, size, orphans);
    if (sums[size] === undefined) continue;
    const radiusDm = Math.round(cm / 10);
    return {
      seats: seatsOf(map, middle, sums, size),
      radiusDm,
      farDm: Math.round(middle.farCm / 10),
    };
  }
  return null;
}

/** What the run's seats, added to each sum so far, come to. A run may give all but one of its seats only where `orphans` may be left. */
function addRun(sums: (Sum | undefined)[], run: Run, size: number, orphans: boolean): void {
  for (let before = size - 1; before >= 0; before--) {
    if (before > 0 && sums[before] === undefined) continue;
    for (let taken = Math.min(run.length, size - before); taken > 0; taken--) {
      if (!orphans && run.length - taken === 1) continue;
      sums[before + taken] ??= { run, taken };
    }
  }
}

function seatsOf(
  map: RowMap,
  middle: Run,
  sums: readonly (Sum | undefined)[],
  size: number,
): number[] {
  const seats: number[] = [];
  let left = size;
  while (left > 0) {
    const sum = sums[left];
    if (sum === undefined) throw new Error('a sum of seats comes from nowhere');
    const { run, taken } = sum;
    const last = run.start + run.length - 1;
    const fromStart = gap(map, middle, run.start) <= gap(map, middle, last);
    const start = fromStart ? run.start : last - taken + 1;
    for (let index = start; index < start + taken; index++) seats.push(index);
    left -= taken;
  }
  return seats;
}

function gap(map: RowMap, middle: Run, index: number): number {
  const seat = map.seats[index];
  return seat === undefined
    ? Infinity
    : Math.hypot(seat.x * 100 - middle.x, seat.y * 100 - middle.y);
}
