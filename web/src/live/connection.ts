import {
  BEARER_PREFIX,
  CLOSE,
  LIVE_PROTOCOL,
  PING,
  PONG,
} from '../../../durable-objects/protocol/live.ts';
import type { ClientMessage, ServerMessage } from '../../../durable-objects/protocol/live.ts';
import { backoffMs, DEFAULT_BACKOFF, parseBackoff, type BackoffBounds } from './backoff.ts';

/** The part of a WebSocket that is used; tests pass their own. */
export interface Socket {
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open', hear: () => void): void;
  addEventListener(type: 'message', hear: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', hear: (event: { code: number; reason: string }) => void): void;
}

/** The world around a connection: sockets, timers and chance. */
export interface Surroundings {
  open(url: string, protocols: string[]): Socket;
  setTimer(work: () => void, ms: number): number;
  clearTimer(id: number): void;
  random(): number;
  /** A usable access token, or null when there is none or it cannot be had now. */
  token(): Promise<string | null>;
}

/** What the owner of a connection hears. */
export interface Listener {
  opened(): void;
  /** The socket has held for `STABLE_MS`. */
  stable(): void;
  failed(replaced: boolean): void;
  heard(message: ServerMessage): void;
}

/** Silence after which we ask whether the socket still lives, ms; the server ticks at least every 10 s. */
const QUIET_MS = 15_000;
/** A socket that has held this long counts as good, ms. */
export const STABLE_MS = 5_000;
/** A ping at least this often, ms: by it the server tells a listener from a connection that broke without a word. */
export const KEEPALIVE_MS = 240_000;
/** Time for the answer to a ping, ms. */
const PONG_MS = 8_000;

/** A socket that comes back by itself until it is stopped. One per event and tab. */
export class Connection {
  readonly #url: string;
  readonly #listener: Listener;
  readonly #around: Surroundings;
  #socket: Socket | null = null;
  #failures = 0;
  #timer: number | null = null;
  #stableTimer: number | null = null;
  #aliveTimer: number | null = null;
  #stopped = false;
  #ready = false;

  constructor(url: string, listener: Listener, around: Surroundings) {
    this.#url = url;
    this.#listener = listener;
    this.#around = around;
  }

  /** Opens now, giving up any wait before the next try. */
  start(): void {
    if (this.#stopped || this.#socket) return;
    this.#schedule(null);
    void this.#connect();
  }

  /** Closes for good. */
  stop(): void {
    this.#stopped = true;
    this.#schedule(null);
    this.#drop(1000);
  }

  /** Sends when connected; false when it was not. */
  send(message: ClientMessage): boolean {
    if (!this.#socket || !this.#ready) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }

  async #connect(): Promise<void> {
    const token = await this.#around.token();
    if (this.#stopped || this.#socket) return;
    if (token === null) {
      this.#failed(DEFAULT_BACKOFF, false);
      return;
    }
    const socket = this.#around.open(this.#url, [LIVE_PROTOCOL, BEARER_PREFIX + token]);
    this.#socket = socket;
    socket.addEventListener('open', () => {
      if (this.#socket !== socket) return;
      this.#ready = true;
      this.#watchSilence();
      this.#keepAlive();
      this.#stableTimer = this.#around.setTimer(() => {
        this.#failures = 0;
        this.#listener.stable();
      }, STABLE_MS);
      this.#listener.opened();
    });
    socket.addEventListener('message', (event) => {
      if (this.#socket === socket && typeof event.data === 'string') this.#heard(event.data);
    });
    socket.addEventListener('close', (event) => {
      if (this.#socket !== socket) return;
      this.#drop(null);
      const bounds = event.code === CLOSE.shed ? parseBackoff(event.reason) : null;
      this.#failed(bounds ?? DEFAULT_BACKOFF, event.code === CLOSE.replaced);
    });
  }

  #heard(text: string): void {
    this.#watchSilence();
    if (text === PONG) return;
    const message = parseServerMessage(text);
    if (message) this.#listener.heard(message);
  }

  #keepAlive(): void {
    this.#aliveTimer = this.#around.setTimer(() => {
      this.#socket?.send(PING);
      this.#keepAlive();
    }, KEEPALIVE_MS);
  }

  #watchSilence(): void {
    this.#schedule(() => {
      this.#socket?.send(PING);
      this.#schedule(() => {
        this.#drop(1000);
        this.#failed(DEFAULT_BACKOFF, false);
      }, PONG_MS);
    }, QUIET_MS);
  }

  #failed(bounds: BackoffBounds, replaced: boolean): void {
    if (this.#stopped) return;
    this.#failures += 1;
    this.#listener.failed(replaced);
    // Two tabs that took each other's socket in turn would never rest: the one replaced waits for `start`.
    if (replaced) return;
    const wait = backoffMs(this.#failures, this.#around.random(), bounds);
    this.#schedule(() => void this.#connect(), wait);
  }

  #drop(code: number | null): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#ready = false;
    if (this.#stableTimer !== null) this.#around.clearTimer(this.#stableTimer);
    if (this.#aliveTimer !== null) this.#around.clearTimer(this.#aliveTimer);
    if (socket && code !== null) socket.close(code);
  }

  #schedule(work: (() => void) | null, ms = 0): void {
    if (this.#timer !== null) this.#around.clearTimer(this.#timer);
    this.#timer = work ? this.#around.setTimer(work, ms) : null;
  }
}

/** A message of ours, or null for anything of another version. */
export function parseServerMessage(text: string): ServerMessage | null {
  try {
    const value = JSON.parse(text) as { v?: unknown; type?: unknown } | null;
    return value?.v === 1 && typeof value.type === 'string' ? (value as ServerMessage) : null;
  } catch {
    return null;
  }
}
