import { beforeEach, describe, expect, it } from 'vitest';
import type { ServerMessage } from '../../../durable-objects/protocol/live.ts';
import { backoffMs, parseBackoff } from '../../../web/src/live/backoff.ts';
import { Connection, KEEPALIVE_MS, type Socket } from '../../../web/src/live/connection.ts';

type Hear = (event: { code: number; reason: string; data: unknown }) => void;

class FakeSocket implements Socket {
  readonly sent: string[] = [];
  closed = false;
  readonly #hear = new Map<string, Hear>();
  send(text: string): void {
    this.sent.push(text);
  }
  close(): void {
    this.closed = true;
  }
  addEventListener(type: string, hear: Hear): void {
    this.#hear.set(type, hear);
  }
  emit(
    type: 'open' | 'message' | 'close',
    fields: { code?: number; reason?: string; data?: unknown } = {},
  ): void {
    this.#hear.get(type)?.({ code: 1006, reason: '', data: '', ...fields });
  }
}

/** Timers moved by hand. */
class Timers {
  now = 0;
  #next = 1;
  readonly #due = new Map<number, { at: number; work: () => void }>();
  set = (work: () => void, ms: number): number => {
    this.#due.set(this.#next, { at: this.now + ms, work });
    return this.#next++;
  };
  clear = (id: number): void => void this.#due.delete(id);
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      const [next] = [...this.#due]
        .filter(([, each]) => each.at <= until)
        .sort((a, b) => a[1].at - b[1].at);
      if (!next) break;
      this.#due.delete(next[0]);
      this.now = next[1].at;
      next[1].work();
      await Promise.resolve();
      await Promise.resolve();
    }
    this.now = until;
  }
}

let timers: Timers;
let sockets: FakeSocket[];
let log: string[];
let messages: ServerMessage[];

function connect(): Connection {
  return new Connection(
    'ws://site/ws/events/concert',
    {
      opened: () => log.push('opened'),
      stable: () => log.push('stable'),
      failed: (replaced) => log.push(replaced ? 'replaced' : 'failed'),
      heard: (message) => messages.push(message),
    },
    {
      open: (_url, protocols) => {
        expect(protocols).toEqual(['onsale.v1', 'bearer.token']);
        const socket = new FakeSocket();
        sockets.push(socket);
        return socket;
      },
      setTimer: timers.set,
      clearTimer: timers.clear,
      random: () => 0.5,
      token: () => Promise.resolve('token'),
    },
  );
}

async function settled(): Promise<void> {
  await Promise.resolve();
  await Promise.resolve();
}

beforeEach(() => {
  timers = new Timers();
  sockets = [];
  log = [];
  messages = [];
});

describe('a live connection', () => {
  it('comes back after a drop, waiting longer each time', async () => {
    const connection = connect();
    connection.start();
    await settled();
    expect(sockets).toHaveLength(1);
    sockets[0]?.emit('close');
    await timers.pass(backoffMs(1, 0.5));
    expect(sockets).toHaveLength(2);
    sockets[1]?.emit('close');
    await timers.pass(backoffMs(1, 0.5));
    expect(sockets).toHaveLength(2);
    await timers.pass(backoffMs(2, 0.5));
    expect(sockets).toHaveLength(3);
    connection.stop();
  });

  it('counts as stable only after it has held, and reads only our messages', async () => {
    const connection = connect();
    connection.start();
    await settled();
    sockets[0]?.emit('open');
    sockets[0]?.emit('message', { data: 'pong' });
    sockets[0]?.emit('message', { data: '{"v":2,"type":"left"}' });
    sockets[0]?.emit('message', { data: '{"v":1,"type":"left"}' });
    expect(messages).toEqual([{ v: 1, type: 'left' }]);
    expect(log).toEqual(['opened']);
    await timers.pass(5_000);
    expect(log).toEqual(['opened', 'stable']);
    connection.stop();
  });

  it('asks a silent socket, and gives it up when it does not answer', async () => {
    const connection = connect();
    connection.start();
    await settled();
    sockets[0]?.emit('open');
    await timers.pass(15_000);
    expect(sockets[0]?.sent).toEqual(['ping']);
    await timers.pass(8_000);
    expect(sockets[0]?.closed).toBe(true);
    expect(log).toContain('failed');
    connection.stop();
  });

  it('says every few minutes that it is there, however much it hears', async () => {
    const connection = connect();
    connection.start();
    await settled();
    sockets[0]?.emit('open');
    for (let heard = 0; heard < 48; heard++) {
      await timers.pass(10_000);
      sockets[0]?.emit('message', { data: '{"v":1,"type":"tick"}' });
    }
    expect(sockets[0]?.sent).toEqual(['ping', 'ping']);
    connection.stop();
    await timers.pass(KEEPALIVE_MS);
    expect(sockets[0]?.sent).toHaveLength(2);
  });

  it('keeps to the back-off of a server that sheds load', async () => {
    const connection = connect();
    connection.start();
    await settled();
    sockets[0]?.emit('close', {
      code: 4503,
      reason: '{"minBackoffMs":10000,"maxBackoffMs":30000}',
    });
    await timers.pass(9_999);
    expect(sockets).toHaveLength(1);
    await timers.pass(20_001);
    expect(sockets).toHaveLength(2);
    connection.stop();
  });

  it('does not fight another tab for the socket, until it is asked to start again', async () => {
    const connection = connect();
    connection.start();
    await settled();
    sockets[0]?.emit('close', { code: 4409 });
    await timers.pass(120_000);
    expect(log).toEqual(['replaced']);
    expect(sockets).toHaveLength(1);
    connection.start();
    await settled();
    expect(sockets).toHaveLength(2);
    connection.stop();
  });

  it('sends only while it is open', async () => {
    const connection = connect();
    connection.start();
    await settled();
    expect(connection.send({ v: 1, type: 'claim' })).toBe(false);
    sockets[0]?.emit('open');
    expect(connection.send({ v: 1, type: 'claim' })).toBe(true);
    expect(sockets[0]?.sent).toEqual(['{"v":1,"type":"claim"}']);
    connection.stop();
  });
});

describe('back-off', () => {
  it('stays within its bounds and spreads by chance', () => {
    for (let failures = 1; failures < 30; failures++) {
      expect(backoffMs(failures, 0)).toBe(400);
      expect(backoffMs(failures, 0.999)).toBeLessThanOrEqual(20_000);
    }
  });

  it('takes no bounds from a reason that has none', () => {
    expect(parseBackoff('bye')).toBeNull();
    expect(parseBackoff('{"minBackoffMs":5,"maxBackoffMs":1}')).toBeNull();
    expect(parseBackoff('{"minBackoffMs":5,"maxBackoffMs":9}')).toEqual({
      minBackoffMs: 5,
      maxBackoffMs: 9,
    });
  });
});
