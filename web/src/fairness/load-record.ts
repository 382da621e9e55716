import type { FairnessRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import { joinPages, parseRecord } from '../../../durable-objects/protocol/fairness-browser.ts';
import { http } from '../api/http.ts';
import { localProblem, type Answer } from '../api/problem.ts';

/** Pages asked for at once: the record of a sale to millions has hundreds of them, and each is a way there and back. */
const AT_ONCE = 6;

/** An event's whole record, from its pages. An answer that is no record is `bad_answer`. */
export async function loadRecord(eventId: string): Promise<Answer<FairnessRecord>> {
  const first = await loadPage(eventId, 0);
  if (!first.ok) return first;
  const pages: [FairnessRecord, ...FairnessRecord[]] = [first.data];
  const size = first.data.links.length;
  let links = size;
  let { length } = first.data;
  if (size === 0) return first;
  while (links < length) {
    const count = Math.min(AT_ONCE, Math.ceil((length - links) / size));
    const next = Array.from({ length: count }, (_, n) => links + n * size);
    const answers = await Promise.all(next.map((from) => loadPage(eventId, from)));
    const before = links;
    for (const answer of answers) {
      if (!answer.ok) return answer;
      pages.push(answer.data);
      links += answer.data.links.length;
      ({ length } = answer.data);
      // Behind one that is not full there is nothing yet.
      if (answer.data.links.length < size) break;
    }
    // Pages without links end it too: what is missing then is for the audit to say.
    if (links === before) break;
  }
  return { ok: true, data: joinPages(pages) };
}

async function loadPage(eventId: string, from: number): Promise<Answer<FairnessRecord>> {
  const path = `/api/events/${encodeURIComponent(eventId)}/fairness`;
  const answer = await http<unknown>({
    method: 'GET',
    path: from === 0 ? path : `${path}?from=${from}`,
  });
  if (!answer.ok) return answer;
  const parsed = parseRecord(answer.data);
  return parsed.ok
    ? { ok: true, data: parsed.record }
    : { ok: false, problem: localProblem('bad_answer', parsed.at) };
}
