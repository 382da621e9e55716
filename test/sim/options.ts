import { parseArgs } from 'node:util';

/** What `npm run sim` and `npm run cost` are asked for. */
export interface Options {
  /** A big sale of so many fans; null: small worlds. */
  fans: number | null;
  hours: number;
  /** First and last seed of the small worlds; the first is a big sale's. */
  seeds: { first: number; last: number };
  /** Seats and money under every fault, until the time is over. */
  deep: boolean;
  minutes: number;
}

/** Seeds that are gone through when none are named. */
const SEEDS = { first: 1, last: 300 };

/** Reads the command line; a word that means nothing is an error that says so. */
export function optionsOf(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      fans: { type: 'string' },
      hours: { type: 'string' },
      seed: { type: 'string' },
      seeds: { type: 'string' },
      deep: { type: 'boolean' },
      minutes: { type: 'string' },
      json: { type: 'string' },
      strict: { type: 'boolean' },
    },
  });
  const { fans, hours = '2', seed, seeds, deep = false, minutes = '60' } = values;
  return {
    fans: fans === undefined ? null : whole('fans', fans),
    hours: positive('hours', hours),
    seeds: seed === undefined ? range(seeds) : range(seed),
    deep,
    minutes: positive('minutes', minutes),
  };
}

function range(words: string | undefined): { first: number; last: number } {
  if (words === undefined) return SEEDS;
  const [first = '', last = first, ...rest] = words.split('..');
  const seeds = { first: whole('seeds', first), last: whole('seeds', last) };
  if (rest.length > 0 || seeds.last < seeds.first) throw new Error(`not seeds: ${words}`);
  return seeds;
}

function whole(name: string, words: string): number {
  if (!/^[1-9]\d{0,8}$/.test(words)) throw new Error(`--${name} must be a whole number: ${words}`);
  return Number(words);
}

function positive(name: string, words: string): number {
  const value = Number(words);
  if (!(value > 0 && value <= 1_000)) throw new Error(`--${name} must be more than 0: ${words}`);
  return value;
}
