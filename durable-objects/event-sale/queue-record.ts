import { drawTerms } from '../core/fairness/lobby-draw.ts';
import type { Presence } from '../core/presence.ts';
import type { SaleDefinition } from '../core/sale.ts';
import type { RecordPage } from '../protocol/fairness-rpc.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { QueueStore } from '../storage/queue-store.ts';
import type { QueueDrawing } from './queue-drawing.ts';
import type { QueueLine } from './queue-line.ts';

/** Most entries of the leavers and of the admissions in a record; more are told in coarser steps. */
const ENTRIES_MAX = 1_000;

/** What a record tells in steps: who gave up, and admissions over time. Computing it takes milliseconds. */
export type RecordSteps = Pick<RecordPage, 'gaps' | 'admissions'>;

/** The steps as the line is now. */
export function recordSteps(
  definition: SaleDefinition,
  { drawing, line, store }: { drawing: QueueDrawing; line: QueueLine; store: QueueStore },
): RecordSteps {
  const from = drawing.draw?.seal?.at ?? definition.settings.opensAt;
  return { gaps: gapsOf(line.presence), admissions: admissionsOf(line, store, from) };
}

/** One page of the sale's public record, in the form that `auditRecord` verifies. The secret is shown with the seed. */
export function recordPage(
  definition: SaleDefinition,
  parts: { drawing: QueueDrawing; line: QueueLine; store: QueueStore },
  from: number,
  steps: RecordSteps,
): RecordPage {
  const { drawing, line, store } = parts;
  const { draw } = drawing;
  const { eventId, settings } = definition;
  const terms = draw === null ? null : drawTerms(draw);
  return {
    version: 1,
    eventId,
    opensAt: settings.opensAt,
    policy: draw === null ? 'fifo' : 'draw',
    commitment: terms?.commitment ?? null,
    drand:
      terms === null || draw === null
        ? null
        : { chainHash: terms.chainHash, round: terms.round, signature: draw.signature },
    secret: draw === null || draw.seed === null ? null : draw.secret,
    seed: draw?.seed ?? null,
    seal: draw?.seal ?? null,
    length: line.chain.length,
    links: store.links(from, LIMITS.recordLinks),
    head: line.chain.head,
    ...steps,
  };
}

function gapsOf(presence: Presence): RecordPage['gaps'] {
  const step = Math.max(1, Math.ceil(presence.tail / ENTRIES_MAX));
  const gaps: [number, number, number][] = [];
  let before = 0;
  for (let first = 0; first < presence.tail; first += step) {
    const end = Math.min(presence.tail, first + step);
    const present = presence.rank(end);
    const left = end - first - (present - before);
    if (left > 0) gaps.push([first, end, left]);
    before = present;
  }
  return gaps;
}

/** Times ascend, whatever the clock did: a call is dated no earlier than the one before it. */
function admissionsOf(line: QueueLine, store: QueueStore, from: number): RecordPage['admissions'] {
  const stepMs = Math.max(1_000, Math.ceil((line.state.calledAt - from) / ENTRIES_MAX));
  let latest = from;
  return store.callHistory(stepMs).map(([at, cursor]) => {
    latest = Math.max(latest, at);
    return [latest, cursor] as const;
  });
}
