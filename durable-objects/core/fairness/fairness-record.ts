import { EVENT_ID } from '../ids.ts';
import type { EventId } from '../ids.ts';
import type { Result } from '../result.ts';
import { fromBase64Url } from './bytes.ts';
import { isChainLink } from './grant-chain.ts';
import type { ChainLink, ChainState, Terms } from './grant-chain.ts';

/** The chain as it stood when the lobby ended: what a draw is about. */
export interface Seal {
  /** Links of the lobby: those granted before opening. */
  links: number;
  /** Places of the lobby. */
  lobbyCount: number;
  /** The chain's head after them. */
  head: string;
  /** When it was sealed, epoch ms. */
  at: number;
}

/**
 * All that is needed to recompute anybody's place and the whole order. Times are epoch ms; hashes and
 * keys 32 bytes as base64url, but hex where drand writes hex. What a draw reveals is null until then.
 */
export interface FairnessRecord {
  version: 1;
  eventId: EventId;
  opensAt: number;
  policy: 'fifo' | 'draw';
  /** `x` of the key `receipt-1`, which signed the receipts. */
  receiptKey: string;
  /** SHA-256 of the secret, published with the event; null unless it is a draw, as are the next four. */
  commitment: string | null;
  drand: { chainHash: string; round: number; signature: string | null } | null;
  secret: string | null;
  seed: string | null;
  seal: Seal | null;
  /** Links in the chain. A page carries some of them, a whole record all. */
  length: number;
  links: readonly ChainLink[];
  /** Hash of the chain after `length` links. */
  head: string;
  /** Who gave up: `[first, end, left]`, of the orders first ≤ o < end `left` people left. Ascending. */
  gaps: readonly (readonly [number, number, number])[];
  /** Admissions over time: `[at, cursor]`, from then on orders below the cursor had been called. */
  admissions: readonly (readonly [number, number])[];
}

/** What the record says the operator was bound to from the start. */
export function termsOf(record: FairnessRecord): Terms {
  const { eventId, opensAt, commitment, drand } = record;
  if (commitment === null || drand === null) return { eventId, opensAt, draw: null };
  return {
    eventId,
    opensAt,
    draw: { commitment, chainHash: drand.chainHash, round: drand.round },
  };
}

/** The seal of a lobby whose last link the chain has. */
export function sealOf(chain: ChainState, at: number): Seal {
  return { links: chain.length, lobbyCount: chain.tail, head: chain.head, at };
}

/** One record of the pages of a chain, in their order; all but the links is the last page's, the newest. */
export function joinPages(pages: readonly [FairnessRecord, ...FairnessRecord[]]): FairnessRecord {
  const newest = pages.at(-1) ?? pages[0];
  return { ...newest, links: pages.flatMap((page) => page.links).slice(0, newest.length) };
}

/** Reads a record that came from outside. `at` names the field that is wrong. What it says is for the audit to verify. */
export function parseRecord(
  value: unknown,
): Result<{ record: FairnessRecord }, { code: 'malformed'; at: string }> {
  if (!isObject(value)) return { ok: false, code: 'malformed', at: 'record' };
  const drawn = value['policy'] === 'draw';
  const wrong = Object.entries(drawn ? DRAW : FIFO).find(([name, fits]) => !fits(value[name]));
  if (wrong !== undefined) return { ok: false, code: 'malformed', at: wrong[0] };
  return { ok: true, record: value as unknown as FairnessRecord };
}

type Fits = (value: unknown) => boolean;

const isNull: Fits = (value) => value === null;
const natural: Fits = (value) => Number.isSafeInteger(value) && Number(value) >= 0;
const hash: Fits = (value) => typeof value === 'string' && fromBase64Url(value, 32) !== null;
const hex: Fits = (value) => typeof value === 'string' && /^[0-9a-f]{64}$/.test(value);
const text: Fits = (value) => typeof value === 'string';
const link: Fits = isChainLink;

function orNull(fits: Fits): Fits {
  return (value) => value === null || fits(value);
}

function listOf(fits: Fits): Fits {
  return (value) => Array.isArray(value) && value.every(fits);
}

function tuple(length: number): Fits {
  return (value) => Array.isArray(value) && value.length === length && value.every(natural);
}

function object(fields: Readonly<Record<string, Fits>>): Fits {
  return (value) =>
    isObject(value) && Object.entries(fields).every(([name, fits]) => fits(value[name]));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}

const COMMON = {
  version: (value) => value === 1,
  eventId: (value) => typeof value === 'string' && EVENT_ID.test(value),
  opensAt: natural,
  policy: (value) => value === 'fifo' || value === 'draw',
  receiptKey: hash,
  length: natural,
  links: listOf(link),
  head: hash,
  gaps: listOf(tuple(3)),
  admissions: listOf(tuple(2)),
} satisfies Record<string, Fits>;

const DRAW: Record<keyof FairnessRecord, Fits> = {
  ...COMMON,
  commitment: hash,
  drand: object({ chainHash: hex, round: natural, signature: orNull(text) }),
  secret: orNull(hash),
  seed: orNull(hash),
  seal: orNull(object({ links: natural, lobbyCount: natural, head: hash, at: natural })),
};

const FIFO: Record<keyof FairnessRecord, Fits> = {
  ...COMMON,
  commitment: isNull,
  drand: isNull,
  secret: isNull,
  seed: isNull,
  seal: isNull,
};
