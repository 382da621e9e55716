import type { PublishedFrames, WaitingRoomRpc } from '../protocol/queue-rpc.ts';
import type { Tick } from '../core/tick.ts';

/** Seat frames kept for a child that is slow to answer; beyond it, its clients see a gap and reload. */
const PENDING_SEAT_FRAMES = 16;

interface Child {
  inFlight: boolean;
  tick: Tick | undefined;
  seats: string[];
}

/**
 * Sends frames to children, one call at a time each: a tick that could not be sent in time is
 * replaced by the next one, never queued behind it. Failures are reported and forgotten; a child that
 * was away asks for the current tick when it comes back.
 */
export class Publisher {
  readonly #children = new Map<string, Child>();
  readonly #room: (name: string) => Pick<WaitingRoomRpc, 'publish'>;
  readonly #onFailure: (child: string, error: unknown) => void;

  constructor(
    room: (name: string) => Pick<WaitingRoomRpc, 'publish'>,
    onFailure: (child: string, error: unknown) => void,
  ) {
    this.#room = room;
    this.#onFailure = onFailure;
  }

  /** Resolves when nothing is left to send; callers that only publish need not wait. */
  async publish(children: Iterable<string>, frames: PublishedFrames): Promise<void> {
    const begun: Promise<void>[] = [];
    for (const name of children) {
      const child = this.#offer(name, frames);
      if (!child.inFlight) begun.push(this.#send(name, child));
    }
    await Promise.all(begun);
  }

  #offer(name: string, frames: PublishedFrames): Child {
    const child = this.#children.get(name) ?? { inFlight: false, tick: undefined, seats: [] };
    this.#children.set(name, child);
    child.tick = frames.tick ?? child.tick;
    if (frames.seats !== undefined) child.seats.push(frames.seats);
    if (child.seats.length > PENDING_SEAT_FRAMES) child.seats.shift();
    return child;
  }

  /** One call at a time until nothing is left for the child. */
  async #send(name: string, child: Child): Promise<void> {
    child.inFlight = true;
    try {
      while (child.tick !== undefined || child.seats.length > 0) {
        const frames: PublishedFrames = {};
        const seats = child.seats.shift();
        if (child.tick !== undefined) frames.tick = child.tick;
        if (seats !== undefined) frames.seats = seats;
        child.tick = undefined;
        await this.#room(name).publish(frames);
      }
    } catch (error) {
      child.tick = undefined;
      child.seats = [];
      this.#onFailure(name, error);
    } finally {
      child.inFlight = false;
    }
  }
}
