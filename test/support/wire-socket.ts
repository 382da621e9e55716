import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** Who hears what a socket does. `closed` comes once, and nothing after it. */
export interface WireListener {
  open(): void;
  /** One text message; the bytes are only good until the call returns. */
  text(data: Buffer): void;
  /** A close frame's code and reason; 1006: the connection was lost; below 1000: the HTTP status and body of a refused upgrade. */
  closed(code: number, reason: string): void;
}

const OPCODE = { text: 1, close: 8, ping: 9, pong: 10 } as const;
const LOST = 1006;
const MASKED = 0x80;
const FINAL = 0x80;
const HEAD_END = Buffer.from('\r\n\r\n');
const NOTHING = Buffer.alloc(0);

/**
 * A WebSocket client that costs next to nothing, so that ten thousand of them in one thread leave the
 * server the bottleneck. It offers no extension and masks with zeros, which the protocol allows (RFC 6455,
 * 5.3) and which needs no work.
 */
export class WireSocket {
  readonly #socket: Socket;
  readonly #listener: WireListener;
  #rest: Buffer = NOTHING;
  #state: 'upgrading' | 'open' | 'over' = 'upgrading';

  constructor(
    target: { port: number; path: string; protocols: readonly string[] },
    listener: WireListener,
  ) {
    this.#listener = listener;
    this.#socket = connect({ port: target.port, host: '127.0.0.1', noDelay: true });
    this.#socket.write(upgradeText(target));
    this.#socket.on('data', (chunk: Buffer) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#over(LOST, error.message));
    this.#socket.on('close', () => this.#over(LOST, ''));
  }

  /** Whether messages can be sent. */
  get isOpen(): boolean {
    return this.#state === 'open';
  }

  /** Whether the server does not read as fast as we send: a polite client would wait. */
  get isBehind(): boolean {
    return this.#socket.writableLength > 0;
  }

  /** Sends a text, or a frame that `frameOf` has made. */
  send(message: string | Buffer): void {
    this.#socket.write(typeof message === 'string' ? frameOf(message) : message);
  }

  /** Says goodbye, as a tab that is closed does. */
  close(): void {
    this.#socket.end(frame(OPCODE.close, Buffer.from([0x03, 0xe9])));
    this.#over(1001, '');
  }

  /** Breaks the connection without a word. */
  destroy(): void {
    this.#over(LOST, '');
    this.#socket.destroy();
  }

  /** Stops reading, as a fan whose network has gone quiet. */
  pause(): void {
    this.#socket.pause();
  }

  #over(code: number, reason: string): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    this.#rest = NOTHING;
    this.#listener.closed(code, reason);
  }

  #take(chunk: Buffer): void {
    let bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    if (this.#state === 'upgrading') {
      const end = bytes.indexOf(HEAD_END);
      if (end < 0) {
        this.#rest = bytes;
        return;
      }
      bytes = this.#upgraded(bytes, end + HEAD_END.length);
    }
    while (this.#state === 'open') {
      const used = this.#frame(bytes);
      if (used === 0) break;
      bytes = bytes.subarray(used);
    }
    this.#rest = bytes.length === 0 ? NOTHING : bytes;
  }

  #upgraded(bytes: Buffer, headBytes: number): Buffer {
    const status = Number(bytes.toString('latin1', 9, 12));
    const rest = bytes.subarray(headBytes);
    if (status === 101) {
      this.#state = 'open';
      this.#listener.open();
    } else {
      this.#over(status, rest.toString());
      this.#socket.destroy();
    }
    return rest;
  }

  /** Reads one frame; returns its size, 0 when it is not all there yet. */
  #frame(bytes: Buffer): number {
    const [first = 0, second = 0] = bytes;
    if (bytes.length < 2) return 0;
    const long = second === 126 ? 2 : second === 127 ? 8 : 0;
    const head = 2 + long;
    if (bytes.length < head) return 0;
    const size =
      long === 0 ? second : bytes.readUIntBE(head - Math.min(long, 6), Math.min(long, 6));
    if (bytes.length < head + size) return 0;
    if ((first & FINAL) === 0) throw new Error('a server that splits messages');
    this.#heard(first & 0x0f, bytes.subarray(head, head + size));
    return head + size;
  }

  #heard(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.text) this.#listener.text(payload);
    else if (opcode === OPCODE.ping) this.#socket.write(frame(OPCODE.pong, payload));
    else if (opcode === OPCODE.close) {
      this.#socket.end(frame(OPCODE.close, payload));
      const code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005;
      this.#over(code, payload.toString('utf8', 2));
    }
  }
}

/** A text message as it goes on the wire; for one that is sent often, or to see its size. */
export function frameOf(text: string): Buffer {
  return frame(OPCODE.text, Buffer.from(text));
}

function frame(opcode: number, payload: Buffer): Buffer {
  const long = payload.length < 126 ? 0 : payload.length < 65_536 ? 2 : 8;
  const bytes = Buffer.alloc(2 + long + 4 + payload.length);
  bytes[0] = FINAL | opcode;
  bytes[1] = MASKED | (long === 0 ? payload.length : long === 2 ? 126 : 127);
  if (long > 0) bytes.writeUIntBE(payload.length, 2 + long - Math.min(long, 6), Math.min(long, 6));
  payload.copy(bytes, 2 + long + 4);
  return bytes;
}

function upgradeText(target: { path: string; protocols: readonly string[] }): string {
  const offered =
    target.protocols.length === 0
      ? ''
      : `sec-websocket-protocol: ${target.protocols.join(', ')}\r\n`;
  return `GET ${target.path} HTTP/1.1\r\nhost: 127.0.0.1\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n${offered}\r\n`;
}
