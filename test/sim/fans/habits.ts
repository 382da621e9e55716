/** How fans behave: shares of all fans unless said otherwise, times in ms. */
export interface Habits {
  /** Have no socket and ask over HTTP. */
  polls: number;
  /** Sign in during the sale; the others are still signed in. */
  signsIn: number;
  /** Something that a waiting fan does, on average so long after coming, at most `whims` times. */
  whimMs: number;
  whims: number;
  /** Shares of whims; what is left is patience. */
  leaves: number;
  hides: number;
  opensTab: number;
  /** Of those who left, come back and join again. */
  comesBack: number;
  awayMs: number;
  /** Of those called, never come. */
  noShow: number;
  /** Of those called, come only after their claim window. */
  late: number;
  /** From the call to coming in. */
  claimMs: number;
  /** Of those inside, buy. */
  buys: number;
  /** From coming in to the last click, per step of the purchase. */
  stepMs: number;
}

/** What fans of a big sale do. Sources: issue 3, part 5 (60 % abandoning); the rest assumed and told in the report. */
export const CALM_HABITS: Habits = {
  polls: 0.02,
  signsIn: 0.1,
  whimMs: 40 * 60_000,
  whims: 2,
  leaves: 0.12,
  hides: 0.3,
  opensTab: 0.05,
  comesBack: 0.2,
  awayMs: 5 * 60_000,
  noShow: 0.57,
  late: 0.03,
  claimMs: 15_000,
  buys: 0.85,
  stepMs: 25_000,
};

/** Fans who do everything that they should not, all the time. */
export const WILD_HABITS: Habits = {
  polls: 0.2,
  signsIn: 0,
  whimMs: 40_000,
  whims: 4,
  leaves: 0.25,
  hides: 0.25,
  opensTab: 0.2,
  comesBack: 0.6,
  awayMs: 40_000,
  noShow: 0.3,
  late: 0.15,
  claimMs: 8_000,
  buys: 0.6,
  stepMs: 5_000,
};
