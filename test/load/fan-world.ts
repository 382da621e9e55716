import type { LoadFan } from '../support/sale-fixture.ts';
import type { Ledger } from './ledger.ts';
import type { LiveFan } from './live-fan.ts';
import type { TickReader } from './tick-reader.ts';

/** What a fan reads of its position. */
export interface Standing {
  place: number;
  ahead: number;
  claimUntil: number | null;
  admission: object | null;
}

/** What the fans of one load share. */
export interface FanWorld {
  readonly eventId: string;
  readonly ledger: Ledger;
  readonly ticks: TickReader;
  /** Where a fan's traffic is taken. */
  portOf(fan: LoadFan): number;
  random(): number;
  /** Epoch ms, finer than a millisecond. */
  wallClock(): number;
  /** Whether a lost connection or request is our own doing just now: workerd was killed. */
  excused(): boolean;
  /** A fan came in. */
  admitted(fan: LiveFan, token: string): void;
}
