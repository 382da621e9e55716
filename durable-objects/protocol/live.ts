import type { PublicSeatStatus } from './seats-rpc.ts';
import type { FanPosition } from './queue-rpc.ts';
import type { ErrorCode } from './errors.ts';
import type { Tick } from '../core/tick.ts';

/** Version of the live messages; a message with another is refused. */
export const LIVE_VERSION = 1;
/** The subprotocol that both sides speak; the client also offers `bearer.TOKEN`. */
export const LIVE_PROTOCOL = 'onsale.v1';
/** Prefix of the offered subprotocol that carries the access token. */
export const BEARER_PREFIX = 'bearer.';
/** Text frame answered by the runtime with `PONG`, without waking the object. */
export const PING = 'ping';
/** The answer to `PING`. */
export const PONG = 'pong';

/** Why a socket was closed by us. All in the private range of RFC 6455. */
export const CLOSE = {
  badMessage: 4400,
  unauthorized: 4401,
  tooLarge: 4413,
  flood: 4429,
  /** A newer socket of the account has taken over; the place is the same. Do not reconnect until the fan comes back. */
  replaced: 4409,
  /** Too many sockets here; the reason is `{"minBackoffMs":…,"maxBackoffMs":…}`. */
  shed: 4503,
} as const;

/** What a browser may send. */
export type ClientMessage =
  | { v: 1; type: 'join' }
  | { v: 1; type: 'leave' }
  /** Come in, when called. */
  | { v: 1; type: 'claim' }
  /** Seat changes wanted or not. */
  | { v: 1; type: 'watch'; seats: boolean };

/** What the leaf sends. `tick` goes to all; `seats` to those who watch; the rest to one fan. */
export type ServerMessage =
  | Tick
  | { v: 1; type: 'welcome'; serverTime: number; position: FanPosition | null; tick: Tick | null }
  | { v: 1; type: 'place'; position: FanPosition }
  | { v: 1; type: 'admission'; token: string; until: number }
  | { v: 1; type: 'left' }
  | SeatsMessage
  | { v: 1; type: 'error'; code: ErrorCode; message: string; retryAfterMs?: number };

/** Seats that changed after `from` up to `version`: a client whose version is below `from` reloads the snapshot. */
export interface SeatsMessage {
  v: 1;
  type: 'seats';
  from: number;
  version: number;
  /** `[index in the expanded plan, status]`. */
  changes: readonly (readonly [number, PublicSeatStatus])[];
}

/** Parses a client's text frame; anything else than exactly one known message is null. */
export function parseClientMessage(text: string): ClientMessage | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof value !== 'object' || value === null) return null;
  const message = value as Record<string, unknown>;
  if (message['v'] !== LIVE_VERSION) return null;
  switch (message['type']) {
    case 'join':
    case 'leave':
    case 'claim':
      return { v: 1, type: message['type'] };
    case 'watch':
      return typeof message['seats'] === 'boolean'
        ? { v: 1, type: 'watch', seats: message['seats'] }
        : null;
    default:
      return null;
  }
}
