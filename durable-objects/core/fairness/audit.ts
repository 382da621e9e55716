import { commitment, seedOf } from './draw-seed.ts';
import { QUICKNET, roundFor, roundTime, verifyBeacon } from './drand.ts';
import { termsOf } from './fairness-record.ts';
import type { FairnessRecord } from './fairness-record.ts';
import { genesis, verifyChain } from './grant-chain.ts';
import type { ChainFault } from './grant-chain.ts';
import { isRecorded } from './recorded-rounds.ts';

/** What is verified of every record, and what of a draw besides. */
export type Check =
  | 'chain'
  | 'round'
  | 'seal'
  | 'beacon'
  | 'secret'
  | 'seed'
  | 'admissions'
  | 'gaps';

/** What can be wrong with a record. */
export type Fault =
  | ChainFault
  /** The links are not all there. */
  | 'incomplete'
  /** The links do not lead to the published head: one was altered, or the terms were. */
  | 'head_differs'
  /** Another network than quicknet, or another round than the first after opening and the margin. */
  | 'other_network'
  | 'other_round'
  /** A round that everybody knew beforehand: a rehearsal. */
  | 'known_round'
  /** The sealed links are not those before opening, or not the chain's. */
  | 'not_the_lobby'
  | 'seal_differs'
  /** Sealed when the randomness was already public. */
  | 'sealed_late'
  | 'not_signed'
  /** The secret is not the one whose hash was published. */
  | 'other_secret'
  | 'seed_differs'
  | 'cursor_back'
  | 'beyond_the_line'
  | 'before_opening'
  | 'before_the_draw';

/** The outcome of one check. `at` is the link, admission or gap in question, from 0. `pending`: not revealed yet. */
export type Finding =
  | { check: Check; verdict: 'holds' }
  | { check: Check; verdict: 'pending' }
  | { check: Check; verdict: 'fails'; code: Fault; at: number | null };

type Verdict = 'holds' | 'pending' | { code: Fault; at?: number };

/** `rehearsal` accepts recorded rounds, which everybody knows: for demonstrations and tests. */
export interface AuditOptions {
  rehearsal?: boolean;
}

/** Recomputes everything that a whole record claims, from the record alone. */
export function auditRecord(record: FairnessRecord, options: AuditOptions = {}): Finding[] {
  const rehearsal = options.rehearsal ?? false;
  const checks: [Check, () => Verdict][] = [['chain', () => checkChain(record)]];
  if (record.policy === 'draw') {
    const randomness = randomnessOf(record);
    checks.push(
      ['round', () => checkRound(record, rehearsal)],
      ['seal', () => checkSeal(record, rehearsal)],
      ['beacon', () => checkBeacon(record, randomness)],
      ['secret', () => checkSecret(record)],
      ['seed', () => checkSeed(record, randomness)],
    );
  }
  checks.push(['admissions', () => checkAdmissions(record)], ['gaps', () => checkGaps(record)]);
  return checks.map(([check, verify]) => {
    const verdict = verify();
    if (typeof verdict === 'string') return { check, verdict };
    return { check, verdict: 'fails', code: verdict.code, at: verdict.at ?? null };
  });
}

/** The draw's seed, computed from its parts; null while one of them is not revealed or does not verify. */
export function recomputedSeed(
  record: FairnessRecord,
  randomness: string | null = randomnessOf(record),
): string | null {
  const { secret, seal } = record;
  if (secret === null || seal === null || randomness === null) return null;
  if (commitment(secret) !== record.commitment) return null;
  return seedOf({ secret, lobbyRoot: seal.head, lobbyCount: seal.lobbyCount, randomness });
}

/** Verifying takes some 20 ms: once for all checks. */
function randomnessOf({ drand }: FairnessRecord): string | null {
  if (drand === null || drand.signature === null) return null;
  const { round, signature } = drand;
  const outcome = verifyBeacon({ round, signature }, QUICKNET);
  return outcome.ok ? outcome.randomness : null;
}

function checkChain(record: FairnessRecord): Verdict {
  if (record.links.length !== record.length) return { code: 'incomplete' };
  const outcome = verifyChain(genesis(termsOf(record)), record.links);
  if (!outcome.ok) return { code: outcome.code, at: outcome.seq };
  return outcome.chain.head === record.head ? 'holds' : { code: 'head_differs' };
}

function checkRound({ drand, opensAt }: FairnessRecord, rehearsal: boolean): Verdict {
  if (drand?.chainHash !== QUICKNET.chainHash) return { code: 'other_network' };
  if (isRecorded(drand.round)) return rehearsal ? 'holds' : { code: 'known_round' };
  return drand.round === roundFor(opensAt, QUICKNET) ? 'holds' : { code: 'other_round' };
}

function checkSeal(record: FairnessRecord, rehearsal: boolean): Verdict {
  const { seal, links, opensAt, drand } = record;
  if (seal === null || drand === null) return 'pending';
  const opening = links.findIndex((link) => link.at >= opensAt);
  const lobby = opening === -1 ? links : links.slice(0, opening);
  if (seal.links !== lobby.length || seal.at < opensAt) return { code: 'not_the_lobby' };
  const outcome = verifyChain(genesis(termsOf(record)), lobby);
  const same =
    outcome.ok && outcome.chain.head === seal.head && outcome.chain.tail === seal.lobbyCount;
  if (!same) return { code: 'seal_differs' };
  const late = seal.at >= roundTime(drand.round, QUICKNET) && !rehearsal;
  return late ? { code: 'sealed_late' } : 'holds';
}

function checkBeacon({ drand }: FairnessRecord, randomness: string | null): Verdict {
  if (drand === null || drand.signature === null) return 'pending';
  return randomness === null ? { code: 'not_signed' } : 'holds';
}

function checkSecret(record: FairnessRecord): Verdict {
  if (record.secret === null) return 'pending';
  return commitment(record.secret) === record.commitment ? 'holds' : { code: 'other_secret' };
}

function checkSeed(record: FairnessRecord, randomness: string | null): Verdict {
  if (record.seed === null) return 'pending';
  return record.seed === recomputedSeed(record, randomness) ? 'holds' : { code: 'seed_differs' };
}

function checkAdmissions(record: FairnessRecord): Verdict {
  const { admissions, opensAt, policy, seed, seal } = record;
  const tail = tailOf(record);
  const drawnAt = policy === 'fifo' ? opensAt : (seal?.at ?? opensAt);
  let before: readonly [number, number] = [0, 0];
  for (const [index, [at, cursor]] of admissions.entries()) {
    if (at < opensAt) return { code: 'before_opening', at: index };
    if (at < drawnAt || (policy === 'draw' && seed === null))
      return { code: 'before_the_draw', at: index };
    if (at < before[0]) return { code: 'earlier_time', at: index };
    if (cursor < before[1]) return { code: 'cursor_back', at: index };
    if (cursor > tail) return { code: 'beyond_the_line', at: index };
    before = [at, cursor];
  }
  return 'holds';
}

function checkGaps(record: FairnessRecord): Verdict {
  const tail = tailOf(record);
  let before = 0;
  for (const [index, [first, end, left]] of record.gaps.entries()) {
    if (first < before) return { code: 'overlap', at: index };
    if (end <= first || left > end - first || left === 0) return { code: 'malformed', at: index };
    if (end > tail) return { code: 'beyond_the_line', at: index };
    before = end;
  }
  return 'holds';
}

/** Places given out, by the last link; the chain's check says whether it can be trusted. */
function tailOf({ links }: FairnessRecord): number {
  const last = links.at(-1);
  return last === undefined ? 0 : last.first + last.count;
}
