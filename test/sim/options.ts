import { parseArgs } from 'node:util';

/** What `npm run sim` and `npm run cost` are asked for. */
export interface Options {
  /** A big sale of so many fans; null: small worlds. */
  fans: number | null;
  hours: number;
  /** Order of those who come before a big sale opens. */
  policy: 'fifo' | 'draw';
  /** First and last seed of the small worlds; the first is a big sale's. */
  seeds: { first: number; last: number };
  /** Seats and money under every fault, until the seeds or the time are over. */
  deep: boolean;
  minutes: number;
  /** Processes that share the seeds of a deep run. */
  jobs: number;
}

/** Seeds that are gone through when none are named; a deep run has a time instead of a last one. */
const SEEDS = { first: 1, last: 300 };
const DEEP_SEEDS = { first: 1, last: Infinity };

/** Reads the command line; a word that means nothing is an error that says so. */
export function optionsOf(argv: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...argv],
    options: {
      fans: { type: 'string' },
      hours: { type: 'string' },
      policy: { type: 'string' },
      seed: { type: 'string' },
      seeds: { type: 'string' },
      deep: { type: 'boolean' },
      minutes: { type: 'string' },
      jobs: { type: 'string' },
      json: { type: 'string' },
      strict: { type: 'boolean' },
    },
  });
  const { fans, hours = '2', policy = 'fifo', seed, seeds, deep = false, minutes = '60' } = values;
  if (policy !== 'fifo' && policy !== 'draw')
    throw new Error(`--policy must be fifo or draw: ${policy}`);
  const named = seed ?? seeds;
  return {
    fans: fans === undefined ? null : whole('fans', fans),
    hours: positive('hours', hours),
    policy,
    seeds: named === undefined ? (deep ? DEEP_SEEDS : SEEDS) : range(named),
    deep,
    minutes: positive('minutes', minutes),
    jobs: whole('jobs', values.jobs ?? '1'),
  };
}

function range(words: string): { first: number; last: number } {
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
