import type { Tick } from '../../../durable-objects/core/tick.ts';

/** People called before which what they took tells nothing of those to come. */
const MEASURED_MIN = 50;

/**
 * Whether the seats will very likely be gone before the turn of one with so many `ahead`. `sure`: even if
 * each takes only one. `likely`: if they take as many as those did who were called before them, counted
 * with all who did not come.
 */
export function shortageOf(
  tick: Pick<Tick, 'seatsLeft' | 'admitted'>,
  ahead: number,
  seatCount: number | undefined,
): 'sure' | 'likely' | null {
  const { seatsLeft, admitted } = tick;
  if (ahead <= 0) return null;
  if (seatsLeft <= ahead) return 'sure';
  if (seatCount === undefined || admitted < MEASURED_MIN) return null;
  return (ahead * (seatCount - seatsLeft)) / admitted >= seatsLeft ? 'likely' : null;
}
