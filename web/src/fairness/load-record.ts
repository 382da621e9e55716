import type { FairnessRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import { joinPages, parseRecord } from '../../../durable-objects/protocol/fairness-browser.ts';
import { http } from '../api/http.ts';
import { localProblem, type Answer } from '../api/problem.ts';

/** The public address of an event's record. */
export function recordPath(eventId: string): string {
  return `/api/events/${encodeURIComponent(eventId)}/fairness`;
}

/** An event's whole record, page by page. An answer that is no record is `bad_answer`. */
export async function loadRecord(eventId: string): Promise<Answer<FairnessRecord>> {
  const pages: FairnessRecord[] = [];
  let links = 0;
  for (;;) {
    const path = recordPath(eventId);
    const answer = await http<unknown>({
      method: 'GET',
      path: links === 0 ? path : `${path}?from=${links}`,
    });
    if (!answer.ok) return answer;
    const parsed = parseRecord(answer.data);
    if (!parsed.ok) return { ok: false, problem: localProblem('bad_answer', parsed.at) };
    pages.push(parsed.record);
    links += parsed.record.links.length;
    // A page without links ends it too: what is missing then is for the audit to say.
    if (links >= parsed.record.length || parsed.record.links.length === 0) break;
  }
  const [first, ...rest] = pages;
  if (first === undefined) return { ok: false, problem: localProblem('bad_answer', 'no page') };
  return { ok: true, data: joinPages([first, ...rest]) };
}
