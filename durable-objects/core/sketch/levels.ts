/**
 * How far people ahead as computed from a sketch may be off, people: 0.1 % of them, but at least
 * `within`. With `within` 0 it is exact below 1,000; with 1 it is what every frame should hold; more
 * says by what factor a frame that has no room falls short.
 */
export function tolerance(ahead: number, within: number): number {
  const share = Math.floor(ahead / 1_000);
  return within === 0 ? share : within * Math.max(1, share);
}

/** Between this much tolerance and the next, people are looked at one in four of it, then one in three. */
const COARSE_FROM = 30;
/** More people than a line can have (`MAX_FANS` of the grants). */
const PEOPLE_MAX = 0x7fff_ffff;

/** People from one level to the next: few enough that nobody between two levels can be far off. */
function gap(tolerated: number): number {
  return Math.max(1, Math.floor(tolerated / (tolerated < COARSE_FROM ? 4 : 3)));
}

/** What depends on nothing but `within`. */
interface Ladder {
  people: Int32Array;
  margins: Int32Array;
}

/** Pure values, computed once: some 50,000 levels. */
const ladders = new Map<number, Ladder>();

function ladderOf(within: number): Ladder {
  const known = ladders.get(within);
  if (known !== undefined) return known;
  const people: number[] = [];
  const margins: number[] = [];
  for (let at = 0; at < PEOPLE_MAX; at += gap(tolerance(at, within))) {
    const step = gap(tolerance(at, within));
    people.push(at);
    margins.push(tolerance(Math.max(0, at - step), within) - (step - 1));
  }
  const ladder = { people: Int32Array.from(people), margins: Int32Array.from(margins) };
  ladders.set(within, ladder);
  return ladder;
}

/**
 * The people whose places a sketch is about: by their index among those waiting, 0 first. All when
 * the tolerance is small, ever fewer further back: some 30,000 of 13 million. Both sides compute the same.
 */
export class Levels {
  readonly waiting: number;
  readonly within: number;
  /** The level that is nobody's: the end of the line. */
  readonly end: number;
  readonly #ladder: Ladder;

  constructor(waiting: number, within: number) {
    this.waiting = waiting;
    this.within = within;
    this.#ladder = ladderOf(within);
    this.end = firstFrom(this.#ladder.people, waiting);
  }

  /** Index of the level's person; at the end the number of people. */
  at(level: number): number {
    return level < this.end ? (this.#ladder.people[level] ?? 0) : this.waiting;
  }

  /** The people of all levels but the end, ascending. */
  people(): Int32Array {
    return this.#ladder.people.subarray(0, this.end);
  }

  /** Levels that a straight line may span at this one: with random leavers it then mostly holds. */
  stride(level: number): number {
    const tolerated = tolerance(this.at(level), this.within);
    return Math.max(1, Math.round((2 * (tolerated + 0.5) * (tolerated + 0.5)) / gap(tolerated)));
  }

  /**
   * How far the estimate for the person at a level may be off so that everybody up to the next level and
   * from the one before is within tolerance: estimates never fall from one person to the next.
   */
  margin(level: number): number {
    return (this.#ladder.margins[level] ?? 0) + 0.499;
  }

  /** Levels that may lie behind a knot at this one and still end up within their margin, whatever follows. */
  slack(level: number): number {
    const at = this.at(level);
    const step = gap(tolerance(at, this.within));
    const tolerated = tolerance(Math.max(0, at - 4 * step), this.within);
    return Math.min(3, Math.max(0, Math.floor((tolerated - 2 * step) / step)));
  }
}

/** How many of the ascending numbers are below `bound`. */
function firstFrom(ascending: Int32Array, bound: number): number {
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const mid = (low + high) >> 1;
    if ((ascending[mid] ?? 0) < bound) low = mid + 1;
    else high = mid;
  }
  return low;
}
