import { pollMs, ratePerMinute, salePhase, slowReason } from '../core/admission.ts';
import type { SaleDefinition } from '../core/sale.ts';
import { departureMarks } from '../core/tick-marks.ts';
import type { Tick } from '../core/tick.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { QueueLine } from './queue-line.ts';

/** Largest tick, bytes (design, "Tick"). */
export const FRAME_BYTES = 1_024;
/** Calls younger than this travel with the tick, ms: a few lost frames leave no gap. */
const CALL_TELL_MS = 5_000;
/** At most so many calls in a tick. */
const CALLS_TOLD = 5;

/** The frame of this moment. As many departure marks as keep it within `FRAME_BYTES`. */
export function frameOf(
  definition: SaleDefinition,
  line: QueueLine,
  seq: number,
  now: number,
  seatsLeft: number,
): Tick {
  const { settings } = definition;
  const { state, presence } = line;
  const view = line.view(now, seatsLeft);
  const phase = salePhase(settings, state, seatsLeft, now);
  const calls = line.calls
    .filter((call) => now - call.calledAt < CALL_TELL_MS)
    .slice(-CALLS_TOLD)
    .map((call) => [call.first, call.end, Math.max(0, now - call.calledAt)] as const);
  const tick: Tick = {
    v: 1,
    type: 'tick',
    eventId: definition.eventId,
    seq,
    at: now,
    phase,
    opensAt: settings.opensAt,
    lobby: settings.lobby,
    cursor: state.cursor,
    tail: presence.tail,
    waiting: view.waiting,
    admitted: state.called,
    active: view.inside,
    joined: presence.tail,
    left: presence.tail - presence.present,
    ratePerMinute: ratePerMinute(state, settings.admission),
    reason: slowReason(phase, settings.admission, state, view),
    marks: [],
    seatsLeft,
    pollMs: pollMs(view.waiting, settings.leaves),
    ...(calls.length === 0 ? {} : { calls }),
  };
  return { ...tick, marks: departureMarks(presence, state.cursor, marksThatFit(tick)) };
}

/** A mark is `[order,departed],` with at most as many digits as the tail and the departures have. */
function marksThatFit(tick: Tick): number {
  const departed = tick.tail - tick.cursor - tick.waiting;
  const markBytes = String(tick.tail).length + String(departed).length + 4;
  const room = FRAME_BYTES - JSON.stringify(tick).length;
  return Math.max(2, Math.min(LIMITS.tickMarks, Math.floor(room / markBytes)));
}
