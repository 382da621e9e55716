import type { EventId } from '../durable-objects/core/ids.ts';
import type { RecordPage } from '../durable-objects/protocol/fairness-rpc.ts';
import { saleOf } from '../durable-objects/stubs.ts';
import type { AppContext } from './context.ts';
import { ProblemError } from './problem.ts';
import { ask } from './rpc.ts';

/** How long a page is served again, ms: everybody may look at the record, and the sale has other things to do. */
const FRESH_MS = 5_000;
const PAGES_MAX = 32;
const COMMITMENTS_MAX = 1_000;

/** What the operator is bound to by a draw; it never changes. */
export interface DrawTerms {
  commitment: string;
  chainHash: string;
  round: number;
}

const pages = new Map<string, { page: RecordPage; until: number }>();
const bound = new Map<EventId, DrawTerms>();

/** One page of an event's record, asked of its sale at most every few seconds per isolate. */
export async function recordPageOf(
  c: AppContext,
  eventId: EventId,
  from: number,
): Promise<RecordPage> {
  const key = `${eventId} ${from}`;
  const now = Date.now();
  const known = pages.get(key);
  if (known !== undefined && known.until > now) return known.page;
  const answer = await ask(() => saleOf(c.env, eventId).fairness({ from }));
  if (!answer.ok) throw new ProblemError(answer.code);
  if (pages.size >= PAGES_MAX) pages.clear();
  pages.set(key, { page: answer.page, until: now + FRESH_MS });
  return answer.page;
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
