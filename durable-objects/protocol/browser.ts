/** Everything of the objects that the site may import as a value. Nothing here formats for people. */
export { expandPlan, planCapacity, rowName, sectionCapacity } from '../core/plan-geometry.ts';
export {
  packSeats,
  SEAT_CODES,
  seatCodeAt,
  seatCodeName,
  unpackSeats,
} from '../core/seat-status.ts';
export type { SeatCode, SeatCodeName } from '../core/seat-status.ts';
export { eventOf } from '../core/ids.ts';
export { minorDigits, sum } from '../core/money.ts';
export { BEARER_PREFIX, CLOSE, LIVE_PROTOCOL, LIVE_VERSION, PING, PONG } from './live.ts';
export { LIMITS } from './limits.ts';
export { ERRORS } from './errors.ts';
