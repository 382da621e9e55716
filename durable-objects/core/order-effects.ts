import { isFiled } from './order-record.ts';
import { refundKey } from './refund-rules.ts';
import type { OrderRecord } from './order-record.ts';

/** A letter to the buyer of an order, sent once. */
export type Letter =
  | { about: 'tickets' }
  /** Other seats are set aside, to be taken or declined. */
  | { about: 'offer' }
  | { about: 'refund_started' | 'refund_done' | 'refund_failed'; refundId: string };

/** Something that a step of an order causes outside; `name` is unique among those of the order. */
export type Effect =
  | { kind: 'file'; name: string }
  | { kind: 'mail'; name: string; letter: Letter };

/**
 * What the step from `before` to `after` causes outside. No desk decides it: money cannot move without
 * Postgres and the buyer being told.
 */
export function effectsOf(before: OrderRecord | null, after: OrderRecord): Effect[] {
  const effects: Effect[] = [];
  const stepped = before?.stage !== after.stage;
  if (isFiled(after.stage)) {
    const known = before?.steps.some((step) => step.stage === after.stage);
    const name = known === true ? `${after.stage}-${after.steps.length}` : after.stage;
    effects.push({ kind: 'file', name });
  }
  const write = (letter: Letter, of?: string): void => {
    const name = of === undefined ? letter.about : `${letter.about}:${of}`;
    effects.push({ kind: 'mail', name, letter });
  };
  if (stepped && after.stage === 'confirmed') write({ about: 'tickets' });
  if (stepped && after.stage === 'offered') write({ about: 'offer' });
  after.refunds.forEach((refund, index) => {
    const { refundId, attempt, done } = refund;
    const known = before?.refunds[index];
    if (known === undefined) write({ about: 'refund_started', refundId }, refundId);
    // Told once, however many attempts fail: the organiser has it on a list.
    if (attempt > 1 && known?.attempt === 1) write({ about: 'refund_failed', refundId }, refundId);
    // Once for each attempt: a bank may send back what had gone through.
    if (done && known?.done !== true) write({ about: 'refund_done', refundId }, refundKey(refund));
  });
  return effects;
}
