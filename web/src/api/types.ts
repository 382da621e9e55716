/** The API's own types, one name each; they come from the schemas that check the routes. */
export type { Money } from '../../../durable-objects/core/money.ts';
export type {
  SeatPlan,
  SectionSpec,
  Seat,
  StandingArea,
} from '../../../durable-objects/core/plan.ts';
export type { SignedIn, Session as Refreshed } from '../../../worker/schemas/auth.ts';
export type { Booking, BookingEvent, Ticket } from '../../../worker/schemas/booking.ts';
export type { Event as SaleEvent, EventCategory } from '../../../worker/schemas/events.ts';
export type {
  BestRequest,
  FoundAnswer,
  HoldAnswer,
  PlanPart,
  StatusPart,
} from '../../../worker/schemas/inventory.ts';
export type {
  AuditRow,
  SaleSummaryPart as SaleSummary,
  TroublePart as Trouble,
} from '../../../worker/schemas/organiser.ts';
export type { ConfirmAnswer, IntentAnswer } from '../../../worker/schemas/payment.ts';
export type { Position } from '../../../worker/schemas/queue.ts';
export type { Config } from '../../../worker/schemas/system.ts';

/** What a sale is bound to by its draw before it opens: SHA-256 of the secret, base64url, and the drand round. */
export interface DrawTerms {
  commitment: string;
  round: number;
}
