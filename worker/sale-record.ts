import type { EventId } from '../durable-objects/core/ids.ts';
import type { RecordPage } from '../durable-objects/protocol/fairness-rpc.ts';
import { LIMITS } from '../durable-objects/protocol/limits.ts';
import { saleOf } from '../durable-objects/stubs.ts';
import type { AppContext } from './context.ts';
import { Memo } from './memo.ts';
import { ProblemError } from './problem.ts';
import { ask } from './rpc.ts';

/** How long a page is served again, ms: everybody may look at the record, and the sale has other things to do. */
const FRESH_MS = 5_000;
/** How long a page of links that no later one can change is served again, ms. */
const SETTLED_MS = 24 * 3_600_000;
const PAGES_MAX = 32;
const COMMITMENTS_MAX = 1_000;

/** What the operator is bound to by a draw; it never changes. */
export interface DrawTerms {
  commitment: string;
  chainHash: string;
  round: number;
}

const pages = new Memo<string, RecordPage>({
  freshMs: recordFreshMs,
  staleMs: FRESH_MS,
  entriesMax: PAGES_MAX,
});
const bound = new Map<EventId, DrawTerms>();

/**
 * How long a page is good for, ms. One that is full, and not the last, is for ever: who reads on from it comes to a
 * newer one, and of a record only the newest page's figures count.
 */
export function recordFreshMs({ links, length }: RecordPage): number {
  const next = (links.at(-1)?.seq ?? 0) + 1;
  return links.length === LIMITS.recordLinks && length > next ? SETTLED_MS : FRESH_MS;
}

/**
 * The record with the links from number `from` on. The sale is asked for whole pages only, whatever is wanted: each at
 * most once every few seconds for an isolate, and those that will not change once for a data centre. Millions may read the
 * record of a sale that is on, a hundred pages each, and the sale is one object.
 */
export async function recordPageOf(
  c: AppContext,
  eventId: EventId,
  from: number,
): Promise<RecordPage> {
  const first = from - (from % LIMITS.recordLinks);
  const page = await pages.get(`${eventId} ${first}`, () => sharedPage(c, eventId, first));
  return first === from ? page : { ...page, links: page.links.slice(from - first) };
}

/** One whole page: this data centre's, or asked of the sale. */
async function sharedPage(c: AppContext, eventId: EventId, first: number): Promise<RecordPage> {
  const { publicOrigin } = c.get('services').settings;
  const settled = `${publicOrigin}/api/events/${eventId}/fairness/${first}`;
  const current = `${settled}/${Math.floor(Date.now() / FRESH_MS)}`;
  const kept = (await keptPage(settled)) ?? (await keptPage(current));
  if (kept !== null) return kept;
  const answer = await ask(() => saleOf(c.env, eventId).fairness({ from: first }));
  if (!answer.ok) throw new ProblemError(answer.code);
  const freshMs = recordFreshMs(answer.page);
  await keepPage(freshMs === SETTLED_MS ? settled : current, answer.page, freshMs);
  return answer.page;
}

const CACHE = 'records';

/** A page from Cloudflare's cache; null when it has none, or when there is no cache, as in a bare workerd. */
async function keptPage(address: string): Promise<RecordPage | null> {
  try {
    const kept = await (await caches.open(CACHE)).match(address);
    return kept === undefined ? null : await kept.json();
  } catch {
    return null;
  }
}

async function keepPage(address: string, page: RecordPage, freshMs: number): Promise<void> {
  const headers = { 'cache-control': `public, max-age=${freshMs / 1_000}` };
  try {
    await (await caches.open(CACHE)).put(address, Response.json(page, { headers }));
  } catch {
    // The next one asks the sale.
  }
}

/** The terms of the event's draw; null when the sale does not answer, for a page about an event does not depend on it. */
export async function drawTermsOf(c: AppContext, eventId: EventId): Promise<DrawTerms | null> {
  const known = bound.get(eventId);
  if (known !== undefined) return known;
  try {
    const { commitment, drand } = await recordPageOf(c, eventId, 0);
    if (commitment === null || drand === null) return null;
    const terms = { commitment, chainHash: drand.chainHash, round: drand.round };
    if (bound.size >= COMMITMENTS_MAX) bound.clear();
    bound.set(eventId, terms);
    return terms;
  } catch {
    return null;
  }
}
