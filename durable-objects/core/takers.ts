import type { AccountId } from './ids.ts';

/** What is known of those who come in: who of them takes seats, how soon, and how many. Persisted as it is. */
export interface TakeRate {
  /** Share of the people who come in who take seats; it is used by `expectedShare`. */
  takes: number;
  /** How long those who do have been inside by then, mean, ms; null before it was measured. */
  chooseMs: number | null;
  /** Seats that one of them takes at first, mean. */
  seatsEach: number;
}

/** The share is never measured as more: even in a crowd that takes all it can, whoever looks round for long is believed less and less. */
const TAKES_MOST = 0.98;
/** Nor used as less: of those who have just come in, at most two are let in for what one of them takes. */
const TAKES_LEAST = 0.5;
/** Before that many have come in, the first of them this share of a visit ago, nothing is concluded from them. */
const MEASURED = { people: 20, share: 1 / 4 };
/** Steps of one measurement: more change little. */
const STEPS = 20;
/** People who came in within this share of a visit are kept together. */
const GROUP_SHARE = 1 / 120;

/** Before anybody came in. */
export const INITIAL_TAKES: TakeRate = { takes: TAKES_MOST, chooseMs: null, seatsEach: 1 };

/** Share of the people who have just come in that are expected to take seats. */
export function expectedShare({ takes }: Pick<TakeRate, 'takes'>): number {
  return Math.max(TAKES_LEAST, takes);
}

/** That one who has looked round for `ms` takes seats yet: Bayes, with those who do at an even rate (exponential). */
function chanceAfter(ms: number, share: number, chooseMs: number): number {
  const yet = share * Math.exp(-Math.max(0, ms) / Math.max(1_000, chooseMs));
  return yet / (yet + 1 - share);
}

/** People who came in at about the same time. */
interface Group {
  /** Number of the share of a visit in which they came in. */
  key: number;
  /** When the last of them came in. */
  at: number;
  /** Still inside, and never held a seat. */
  looking: number;
  /** Zero: of before a restart, when those who had taken seats by then are not known. */
  came: number;
  took: number;
  /** Sums over those who took seats: how long it was until then, and how many seats. */
  tookMs: number;
  seats: number;
}

/** Who came in within the length of a visit, and who of them took seats. In memory only: a restart measures anew. */
export class Entrants {
  readonly #sessionMs: () => number;
  /** Ascending by when they came in. */
  #groups: Group[] = [];
  readonly #looking = new Map<AccountId, { at: number; group: Group }>();

  /** `sessionMs`: how long a visit lasts. */
  constructor(sessionMs: () => number) {
    this.#sessionMs = sessionMs;
  }

  /** Somebody comes in at `at`; `known` is false for one who did before a restart. */
  comes(accountId: AccountId, at: number, known = true): void {
    this.leaves(accountId);
    const group = this.#groupAt(at);
    group.at = Math.max(group.at, at);
    group.looking += 1;
    if (known) group.came += 1;
    this.#looking.set(accountId, { at, group });
  }

  #groupAt(at: number): Group {
    const key = Math.floor(at / (this.#sessionMs() * GROUP_SHARE));
    const last = this.#groups.at(-1);
    // A clock that steps back makes them as young as the last ones.
    if (last !== undefined && last.key >= key) return last;
    const group = { key, at, looking: 0, came: 0, took: 0, tookMs: 0, seats: 0 };
    this.#groups.push(group);
    return group;
  }

  /** The first seats of somebody inside; any later ones change nothing. */
  takes(accountId: AccountId, seats: number, now: number): void {
    const known = this.#looking.get(accountId);
    if (known === undefined) return;
    this.leaves(accountId);
    const { at, group } = known;
    group.took += 1;
    group.tookMs += Math.max(0, now - at);
    group.seats += seats;
  }

  /** Whoever is inside no more will not take any. */
  leaves(accountId: AccountId): void {
    const known = this.#looking.get(accountId);
    if (known === undefined) return;
    known.group.looking -= 1;
    this.#looking.delete(accountId);
  }

  /**
   * How many of those inside are expected to take seats yet; `without` is how many hold none now. Whoever held some
   * and gave them up is expected to take others.
   */
  expected(rate: TakeRate, without: number, now: number): number {
    const share = expectedShare(rate);
    const chooseMs = this.#chooseMs(rate);
    let rest = without;
    let takers = 0;
    // After a restart those who hold seats are among them: it is rather the younger ones who do not.
    for (let i = this.#groups.length - 1; i >= 0 && rest > 0; i--) {
      const { at, looking } = this.#groups[i] ?? { at: 0, looking: 0 };
      const some = Math.min(looking, rest);
      takers += some * chanceAfter(now - at, share, chooseMs);
      rest -= some;
    }
    return takers + rest;
  }

  #chooseMs({ chooseMs }: TakeRate): number {
    return chooseMs ?? this.#sessionMs() / 4;
  }

  /**
   * The rate that makes most likely what was seen of all who came in within the length of a visit (expectation
   * maximisation, some steps on from `rate`). Only to be asked while there are seats for all: those who find none
   * say nothing of those who want one.
   */
  measured({ takes, chooseMs, seatsEach }: TakeRate, now: number): TakeRate {
    this.#groups = this.#groups.filter(
      ({ at, looking }) => looking > 0 || now - at <= this.#sessionMs(),
    );
    let rate = { takes, chooseMs, seatsEach };
    const first = this.#groups.find(({ came }) => came > 0)?.at ?? now;
    const early = now - first < this.#sessionMs() * MEASURED.share;
    if (early) return rate;
    for (let step = 0; step < STEPS; step++) rate = this.#step(rate, now);
    return rate;
  }

  #step(before: TakeRate, now: number): TakeRate {
    const { takes } = before;
    const meanMs = this.#chooseMs(before);
    const sum = { came: 0, took: 0, ms: 0, seats: 0, yet: 0 };
    for (const group of this.#groups) {
      if (group.came === 0) continue;
      const ms = now - group.at;
      const yet = group.looking * chanceAfter(ms, takes, meanMs);
      sum.came += group.came;
      sum.took += group.took;
      sum.ms += group.tookMs + yet * ms;
      sum.seats += group.seats;
      sum.yet += yet;
    }
    if (sum.came < MEASURED.people || sum.took === 0) return before;
    return {
      takes: Math.min(TAKES_MOST, (sum.took + sum.yet) / sum.came),
      chooseMs: sum.ms / sum.took,
      seatsEach: sum.seats / sum.took,
    };
  }
}
