import type { AccountId } from '../core/ids.ts';
import type { SaleDefinition } from '../core/sale.ts';
import type { SalePorts } from '../protocol/ports.ts';
import type { PublishedFrames } from '../protocol/queue-rpc.ts';
import type { Timers } from '../storage/timers.ts';

/** What the two desks of an EventSale share. The shell makes it; a simulator makes its own. */
export interface SaleContext {
  now(): number;
  /** 16 letters and digits, unguessable. */
  randomId(): string;
  /** Unguessable. */
  randomBytes(count: number): Uint8Array;
  readonly definition: SaleDefinition;
  readonly ports: SalePorts;
  readonly timers: Timers;
  /** Sends frames to every subscribed child; never throws, never waits. */
  publish(frames: PublishedFrames): void;
  /** Runs `task` after about `delayMs` unless the object dies first; for coalescing only. */
  later(delayMs: number, task: () => void): void;
  /** Keeps outside work going after the answer; failures are recorded as problems. */
  background(task: Promise<unknown>): void;
}

/** What the seats need to know of the queue. */
export interface AdmissionBook {
  /** The admission's state, judged now. */
  admission(
    accountId: AccountId,
    admissionId: string,
  ): { state: 'live'; until: number } | { state: 'expired' | 'none' };
  /** The fan is done (bought, or gave up): the slot is free again. */
  endAdmission(accountId: AccountId): void;
  /** The fan holds so many seats that they did not hold before. */
  tookSeats(accountId: AccountId, seats: number): void;
}

/** What the queue needs to know of the seats. */
export interface SeatCount {
  /** Seats free to be held now. */
  seatsLeft(): number;
  /** People who hold seats or pay for them. */
  holding(): number;
  /** What payments take now, as a share of what they should: less than 1 while they refuse for frequency. */
  paymentShare(): number;
}

/** What the queue's ticks take along of the seats. */
export interface SeatChanges {
  /** Taken, not only looked at; undefined when nothing goes with ticks. */
  changesForTick(): string | undefined;
}
