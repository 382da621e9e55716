import { confirmPayment } from '../api/bookings.ts';
import type { Problem } from '../api/problem.ts';
import type { Booking } from '../api/types.ts';

/** How a payment ended, as far as is known. `late`: the money came, other seats are offered or it goes back. */
export type Settled =
  | { kind: 'confirmed' | 'late'; booking: Booking }
  | { kind: 'failed'; problem: Problem }
  | { kind: 'stuck'; problem: Problem };

/** Between two looks at a payment that the bank is still checking, ms. */
const AGAIN_MS = 2_000;
/** Answers that say nothing about the money: ask again. */
const TRANSIENT = new Set([
  'offline',
  'timeout',
  'bad_answer',
  'unavailable',
  'internal',
  'overloaded',
  'payments_unavailable',
  'rate_limited',
]);

/**
 * Has the server look at the payment until it has an end. `waiting` is told each time it has none yet,
 * with the problem when no answer came. Ends early only when `stopped`.
 */
export async function settle(
  bookingId: string,
  waiting: (problem: Problem | null) => void,
  stopped: () => boolean,
): Promise<Settled | null> {
  while (!stopped()) {
    const answer = await confirmPayment(bookingId);
    if (answer.ok && answer.data.status !== 'processing') {
      const { status, booking } = answer.data;
      return { kind: status === 'confirmed' ? 'confirmed' : 'late', booking };
    }
    if (!answer.ok && answer.problem.code === 'payment_failed')
      return { kind: 'failed', problem: answer.problem };
    if (!answer.ok && !TRANSIENT.has(answer.problem.code))
      return { kind: 'stuck', problem: answer.problem };
    const problem = answer.ok ? null : answer.problem;
    waiting(problem);
    const wait = Math.max(AGAIN_MS, problem?.retryAfterMs ?? 0);
    await new Promise((resolve) => {
      window.setTimeout(resolve, wait);
    });
  }
  return null;
}
