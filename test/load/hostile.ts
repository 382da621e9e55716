import { connect } from 'node:net';
import type { Socket } from 'node:net';
import { liveTarget } from '../support/sale-fixture.ts';
import type { LoadFan } from '../support/sale-fixture.ts';
import { frameOf, WireSocket } from '../support/wire-socket.ts';
import type { FanWorld } from './fan-world.ts';

/** How many of each kind; the fans are used up in this order. */
export interface HostileCounts {
  /** Open a socket and never say a word. */
  silent: number;
  /** Open one and never read. */
  deaf: number;
  /** Send as much as they can, as soon as they can, and come back at once when they are closed. */
  flooding: number;
  /** Send what is far too large, and come back. */
  huge: number;
  /** Begin a request and never end it. */
  unfinished: number;
}

/** What a flooder sends in one go: small messages, most of them valid. */
const FLOOD = Buffer.concat(
  Array.from({ length: 200 }, (_, index) =>
    frameOf(index % 4 === 0 ? 'nonsense' : '{"v":1,"type":"watch","seats":false}'),
  ),
);
const HUGE = frameOf('x'.repeat(900_000));
/** A flooder's next go, ms: as fast as the server reads, and not so fast that the generator does nothing else. */
const AGAIN_MS = 10;

/** Sockets that mean harm, or whose owners are gone. They know no back-off. */
export class Hostiles {
  readonly #world: Pick<FanWorld, 'portOf' | 'eventId'>;
  readonly #sockets = new Set<WireSocket>();
  readonly #half: Socket[] = [];
  #on = true;
  /** Messages sent by those who flood, and how often a hostile socket was closed or refused. */
  sent = 0;
  turnedAway = 0;

  constructor(world: Pick<FanWorld, 'portOf' | 'eventId'>) {
    this.#world = world;
  }

  /** All at once. */
  begin(fans: readonly LoadFan[], counts: HostileCounts): void {
    const { silent, deaf, flooding, huge, unfinished } = counts;
    const kinds = [
      ...Array.from({ length: silent }, () => () => undefined),
      ...Array.from({ length: deaf }, () => (socket: WireSocket) => socket.pause()),
      ...Array.from({ length: flooding }, () => (socket: WireSocket) => this.#flood(socket)),
      ...Array.from({ length: huge }, () => (socket: WireSocket) => this.#send(socket, HUGE, 1)),
    ];
    kinds.forEach((act, index) => {
      const fan = fans[index];
      if (fan !== undefined) this.#open(fan, act);
    });
    for (const fan of fans.slice(kinds.length, kinds.length + unfinished)) this.#beginRequest(fan);
  }

  end(): void {
    this.#on = false;
    for (const socket of this.#sockets) socket.destroy();
    for (const socket of this.#half) socket.destroy();
  }

  #open(fan: LoadFan, act: (socket: WireSocket) => void): void {
    const target = liveTarget(this.#world.portOf(fan), this.#world.eventId, fan);
    const socket = new WireSocket(target, {
      open: () => act(socket),
      text: () => undefined,
      closed: () => {
        this.#sockets.delete(socket);
        if (!this.#on) return;
        this.turnedAway += 1;
        setTimeout(() => this.#on && this.#open(fan, act), AGAIN_MS);
      },
    });
    this.#sockets.add(socket);
  }

  #send(socket: WireSocket, bytes: Buffer, messages: number): void {
    socket.send(bytes);
    this.sent += messages;
  }

  #flood(socket: WireSocket): void {
    if (!socket.isOpen) return;
    if (!socket.isBehind) this.#send(socket, FLOOD, 200);
    setTimeout(() => this.#flood(socket), AGAIN_MS);
  }

  #beginRequest(fan: LoadFan): void {
    const socket = connect({ port: this.#world.portOf(fan), host: '127.0.0.1' });
    socket.on('error', () => undefined);
    socket.write('GET /healthz HTTP/1.1\r\nhost: ');
    this.#half.push(socket);
  }
}
