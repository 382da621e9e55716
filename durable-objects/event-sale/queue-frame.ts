import { ratePerMinute, slowReason } from '../core/admission.ts';
import { pollMs } from '../core/poll-pace.ts';
import type { SaleDefinition } from '../core/sale.ts';
import { finer, fineSketch, sketchLine } from '../core/tick-sketch.ts';
import type { Tick } from '../core/tick.ts';
import type { QueueLine, SaleView } from './queue-line.ts';

/** Largest tick, bytes (design, "Tick"). */
export const FRAME_BYTES = 1_024;
/** Calls younger than this travel with the tick, ms: a few lost frames leave no gap. */
const CALL_TELL_MS = 5_000;
/** At most so many calls in a tick. */
const CALLS_TOLD = 5;

/** One tick in so many tries to be more exact than the one before: a try in vain costs as much as the sketch. */
const FINER_EVERY = 8;

/** Room for the number of `within` in the frame, digits. */
const WITHIN_DIGITS = 8;

/**
 * The frame of this moment, its sketch as exact as `FRAME_BYTES` allow; `hint` is the `within` of the one
 * before. Where that is not exact enough, a finer sketch goes to the objects below.
 */
export function frameOf(
  definition: SaleDefinition,
  line: QueueLine,
  seq: number,
  view: SaleView,
  hint = 0,
): Tick {
  const { settings } = definition;
  const { state, presence } = line;
  const { now, seatsLeft } = view;
  const limits = line.limits(view);
  const phase = line.phase(seatsLeft);
  const calls = line.calls
    .filter((call) => now - call.calledAt < CALL_TELL_MS)
    .slice(-CALLS_TOLD)
    .map((call) => [call.end - call.first, Math.max(0, now - call.calledAt)] as const);
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
    active: view.live + view.open,
    joined: presence.tail,
    left: presence.tail - presence.present,
    ratePerMinute: ratePerMinute(state, settings.admission, limits),
    reason: slowReason(phase, state, settings, limits, view),
    sketch: '',
    within: 0,
    seatsLeft,
    pollMs: pollMs(view.waiting, settings.leaves),
    ...(line.lobby === null ? {} : { draw: line.lobby }),
    ...(calls.length === 0 ? {} : { calls }),
  };
  const room = FRAME_BYTES - JSON.stringify(tick).length - WITHIN_DIGITS;
  const from = seq % FINER_EVERY === 0 ? finer(hint) : hint;
  const { sketch, within } = sketchLine(presence, state.cursor, room, from);
  const frame = { ...tick, sketch, within };
  return within <= 1 ? frame : { ...frame, fine: fineSketch(presence, state.cursor) };
}
