// Verifies a published fairness record, and one fan's place and order in it, without asking anybody.
import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { auditRecord } from '../durable-objects/core/fairness/audit.ts';
import { checkPlace } from '../durable-objects/core/fairness/check-place.ts';
import { joinPages, parseRecord } from '../durable-objects/core/fairness/fairness-record.ts';
import type { FairnessRecord } from '../durable-objects/core/fairness/fairness-record.ts';
import { readReceipt } from '../durable-objects/core/fairness/receipt-file.ts';
import type { AccountId } from '../durable-objects/core/ids.ts';
import { RECEIPT_FAULTS, sentenceOf } from './verify-draw/sentences.ts';

const USAGE = `npm run verify-draw -- FILE… [options]

  FILE…                 the record: GET /api/events/EVENT/fairness, then with ?from=1000, ?from=2000
                        and so on while there are links, a file for each page, in any order
  --receipt RECEIPT     a fan's receipt, or a file that holds it, as the site offers it
  --account ID          the fan's account; the site's file names it
  --rehearsal           accept a round of randomness that was known beforehand

Ends with 0 if everything holds, 1 if anything fails, 2 if it cannot be read.`;

const MARKS = { holds: '✓', pending: '…', fails: '✗' } as const;

/** Runs the command with `args`, without node and script; says its lines by `say` and returns the exit code. */
export function verifyDraw(args: readonly string[], say: (line: string) => void): 0 | 1 | 2 {
  const request = readRequest(args);
  if ('problem' in request) {
    say(request.problem);
    return 2;
  }
  const { record, receipt, account, rehearsal } = request;
  const { eventId, policy, length } = record;
  say(
    `${eventId}: ${policy === 'draw' ? 'a drawn lobby' : 'first come, first served'}, ${length} grants`,
  );
  const findings = auditRecord(record, { rehearsal });
  for (const finding of findings) say(`${MARKS[finding.verdict]} ${sentenceOf(finding)}`);
  const sound = findings.every((finding) => finding.verdict !== 'fails');
  if (rehearsal)
    say('This was a rehearsal: it shows how a draw is verified, not that one was fair.');
  const placed = receipt === null || account === null || sayPlace(record, receipt, account, say);
  say(sound && placed ? 'Nothing contradicts the record.' : 'Something is wrong.');
  return sound && placed ? 0 : 1;
}

function sayPlace(
  record: FairnessRecord,
  receipt: string,
  account: AccountId,
  say: (line: string) => void,
): boolean {
  const outcome = checkPlace(record, receipt, account);
  if (!outcome.ok) {
    say(`${MARKS.fails} ${RECEIPT_FAULTS[outcome.code]}`);
    return false;
  }
  const { place, order, joinedAt } = outcome;
  const turn = order === null ? 'not drawn yet' : `order ${order + 1} (${order} from 0)`;
  const since = new Date(joinedAt).toISOString();
  say(
    `${MARKS.holds} This account has place ${place + 1} (${place} from 0), since ${since}: ${turn}.`,
  );
  return true;
}

interface Request {
  record: FairnessRecord;
  receipt: string | null;
  account: AccountId | null;
  rehearsal: boolean;
}

function readRequest(args: readonly string[]): Request | { problem: string } {
  let parsed;
  try {
    parsed = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        receipt: { type: 'string' },
        account: { type: 'string' },
        rehearsal: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    return { problem: `${messageOf(error)}\n\n${USAGE}` };
  }
  const { values, positionals } = parsed;
  if (values.help) return { problem: USAGE };
  const record = readPages(positionals);
  if ('problem' in record) return record;
  const given = values.receipt === undefined ? null : readReceipt(textOf(values.receipt));
  const named = values.account === undefined ? null : (values.account.trim() as AccountId);
  const account = named ?? given?.account ?? null;
  if ((given === null) !== (account === null))
    return { problem: `--receipt and --account go together\n\n${USAGE}` };
  return { record, receipt: given?.receipt ?? null, account, rehearsal: values.rehearsal };
}

/** One record of its pages, however they come. */
function readPages(files: readonly string[]): FairnessRecord | { problem: string } {
  const pages: FairnessRecord[] = [];
  for (const file of files) {
    const page = readRecord(file);
    if ('problem' in page) return page;
    pages.push(page);
  }
  const seqOf = ({ links, length }: FairnessRecord) => links[0]?.seq ?? length;
  const [first, ...rest] = pages.toSorted((a, b) => seqOf(a) - seqOf(b));
  if (first === undefined) return { problem: USAGE };
  const foreign = rest.find(({ eventId }) => eventId !== first.eventId);
  if (foreign !== undefined)
    return { problem: `${first.eventId} and ${foreign.eventId} have records of their own` };
  return joinPages([first, ...rest]);
}

function readRecord(file: string): FairnessRecord | { problem: string } {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    return { problem: `${file} cannot be read: ${messageOf(error)}` };
  }
  const parsed = parseRecord(value);
  return parsed.ok ? parsed.record : { problem: `${file} is no fairness record: ${parsed.at}` };
}

/** A receipt always has a tilde; what has none is the name of a file. */
function textOf(given: string): string {
  try {
    return given.includes('~') ? given : readFileSync(given, 'utf8');
  } catch {
    return given;
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

if (import.meta.main) process.exitCode = verifyDraw(process.argv.slice(2), console.log);
