import type { Beacon } from './drand.ts';

/**
 * Real rounds of quicknet, for work without a network and for tests; nobody can make up a round that
 * verifies. Everybody has known them for years, so that a draw made with one is a rehearsal: the audit
 * says so. Sources: 123 in the tests of noislabs/drand-verify, 1000 and 1001 in those of
 * ideal-lab5/idn-sdk, 657413 in the README of mcdcam/python-drand-verify.
 */
export const RECORDED_ROUNDS: readonly [Beacon, Beacon, ...Beacon[]] = [
  {
    round: 1_000,
    signature:
      'b44679b9a59af2ec876b1a6b1ad52ea9b1615fc3982b19576350f93447cb1125e342b73a8dd2bacbe47e4b6b63ed5e39',
  },
  {
    round: 1_001,
    signature:
      'b33bf3667cbd5a82de3a24b4e0e9fe5513cc1a0e840368c6e31f5fcfa79bea03f73896b25883abf2853d10337fb8fa41',
  },
  {
    round: 123,
    signature:
      'b75c69d0b72a5d906e854e808ba7e2accb1542ac355ae486d591aa9d43765482e26cd02df835d3546d23c4b13e0dfc92',
  },
  {
    round: 657_413,
    signature:
      'b713718a38ae728dfd477991af2822e08d2f305e47718cef9f7848ce4050e7be41076862b98fad56e91a6b85b89cd97b',
  },
];

/** The round that stands in for drand where there is no network. */
export const REHEARSAL_ROUND: Beacon = RECORDED_ROUNDS[0];

/** Whether everybody could know the round's randomness before the event was published. */
export function isRecorded(round: number): boolean {
  return RECORDED_ROUNDS.some((beacon) => beacon.round === round);
}
