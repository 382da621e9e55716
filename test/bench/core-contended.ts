import type { AccountId, RequestId, SeatId } from '../../durable-objects/core/ids.ts';
import type { LockRequest } from '../../durable-objects/protocol/seats-rpc.ts';
import { openSale } from './core-seats.ts';
import { againstFloor, median } from './report.ts';
import type { Figure } from './report.ts';

const BUYERS = 10_000;
/** Seats that all of them want. */
const WANTED = 100;
/** Locks that come in one call, as they do under load. */
const LOCKS_PER_CALL = 100;
const ROUNDS = 5;

/**
 * Ten thousand buyers who all want the same hundred seats, beside as many who each want another: the desk
 * must not be slower for those it refuses. Time is that of this thread on its core.
 */
export function contendedLocks(): Figure {
  const rounds = Array.from({ length: ROUNDS }, () => ({
    apart: locksPerSecond((buyer) => buyer),
    together: locksPerSecond((buyer) => buyer % WANTED),
  }));
  const together = median(rounds.map((round) => round.together));
  const apart = median(rounds.map((round) => round.apart));
  return againstFloor('locks of the same 100 seats, desk', 'locks/s', together, apart, 1);
}

function locksPerSecond(wants: (buyer: number) => number): number {
  const { book, locks } = openSale();
  const calls: LockRequest[][] = [];
  for (let first = 0; first < BUYERS; first += LOCKS_PER_CALL)
    calls.push(
      Array.from({ length: LOCKS_PER_CALL }, (_, index) => {
        const buyer = first + index;
        return requestOf(buyer, book.seats[wants(buyer)]?.id);
      }),
    );
  const before = process.threadCpuUsage();
  for (const requests of calls) locks.lockAll(requests);
  const { user, system } = process.threadCpuUsage(before);
  return BUYERS / ((user + system) / 1e6);
}

function requestOf(buyer: number, seatId: SeatId | undefined): LockRequest {
  if (seatId === undefined) throw new Error('no such seat');
  return {
    accountId: `fan-${buyer}` as AccountId,
    admissionId: `admission-${buyer}`,
    seatIds: [seatId],
    requestId: `request-${buyer}` as RequestId,
  };
}
