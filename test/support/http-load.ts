import { connect } from 'node:net';
import type { Socket } from 'node:net';

/** One request of a load: method, path, headers and body as they go on the wire. */
export interface LoadRequest {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  headers: Record<string, string>;
  body?: string;
}

/** What came back, and how long it took. */
export interface LoadAnswer {
  status: number;
  body: string;
  durationMs: number;
}

/**
 * A keep-alive HTTP/1.1 connection with one request in flight; cheap enough to leave the server the
 * bottleneck. A request fails when the connection is lost.
 */
export class HttpLine {
  readonly #socket: Socket;
  #lost = false;
  #used = false;
  #buffer = '';
  #waiting: {
    resolve: (answer: LoadAnswer) => void;
    reject: (error: Error) => void;
    from: number;
  } | null = null;

  constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (chunk: string) => this.#take(chunk));
    this.#socket.on('error', (error) => this.#waiting?.reject(error));
    this.#socket.on('close', () => {
      this.#lost = true;
      this.#waiting?.reject(new Error('connection closed'));
    });
  }

  /** Lost for good: the next request needs another line. */
  get isLost(): boolean {
    return this.#lost;
  }

  /** Has brought an answer before. */
  get isUsed(): boolean {
    return this.#used;
  }

  send(request: LoadRequest): Promise<LoadAnswer> {
    const body = request.body ?? '';
    const headers = {
      host: '127.0.0.1',
      'content-length': String(Buffer.byteLength(body)),
      ...request.headers,
    };
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject, from: performance.now() };
      this.#socket.write(
        `${request.method} ${request.path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`,
      );
    });
  }

  close(): void {
    this.#waiting = null;
    this.#socket.destroy();
  }

  #take(chunk: string): void {
    this.#buffer += chunk;
    const end = this.#buffer.indexOf('\r\n\r\n');
    if (end < 0) return;
    const head = this.#buffer.slice(0, end).toLowerCase();
    const rest = this.#buffer.slice(end + 4);
    const body = bodyOf(head, rest);
    if (body === null) return;
    this.#buffer = '';
    const waiting = this.#waiting;
    this.#waiting = null;
    this.#used = true;
    waiting?.resolve({
      status: Number(head.slice(9, 12)),
      body,
      durationMs: performance.now() - waiting.from,
    });
  }
}

/** The complete body, or null when more bytes are to come. */
function bodyOf(head: string, rest: string): string | null {
  const length = /content-length: (\d+)/.exec(head)?.[1];
  if (length !== undefined)
    return rest.length >= Number(length) ? rest.slice(0, Number(length)) : null;
  if (!head.includes('transfer-encoding: chunked')) return rest;
  if (!rest.endsWith('0\r\n\r\n')) return null;
  return rest
    .replace(/[0-9a-f]+\r\n([\s\S]*?)\r\n(?=[0-9a-f]+\r\n)/g, '$1')
    .replace(/0\r\n\r\n$/, '');
}

/** Sends every request once over `connections` keep-alive connections; answers in the order of requests. */
export async function runLoad(
  port: number,
  requests: readonly LoadRequest[],
  connections: number,
): Promise<{ answers: LoadAnswer[]; perSecond: number }> {
  const answers: LoadAnswer[] = [];
  let next = 0;
  const from = performance.now();
  await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = new HttpLine(port);
      for (let index = next++; index < requests.length; index = next++) {
        const request = requests[index];
        if (request !== undefined) answers[index] = await connection.send(request);
      }
      connection.close();
    }),
  );
  return { answers, perSecond: requests.length / ((performance.now() - from) / 1000) };
}
