import { afterEach, describe, expect, it, vi } from 'vitest';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import { CLOSE } from '../../../durable-objects/protocol/live.ts';
import type { ServerMessage } from '../../../durable-objects/protocol/live.ts';
import { LIVE_HEADERS } from '../../../durable-objects/protocol/queue-rpc.ts';
import { createApp } from '../../../worker/app.ts';
import type { Problem } from '../../../worker/schemas/common.ts';
import type { Position } from '../../../worker/schemas/queue.ts';
import { ask, CONCERT, ORIGIN, tokenOf, worker, workerEnv } from './support.ts';

function knock(path: string, headers: Record<string, string>): Promise<Response> {
  return worker().fetch(`${ORIGIN}${path}`, { headers: { upgrade: 'websocket', ...headers } });
}

function protocols(token: string): Record<string, string> {
  return { 'sec-websocket-protocol': `onsale.v1, bearer.${token}` };
}

async function firstMessage(socket: WebSocket): Promise<ServerMessage> {
  return new Promise((resolve) => {
    socket.addEventListener(
      'message',
      (event) => resolve(JSON.parse(String(event.data)) as ServerMessage),
      { once: true },
    );
  });
}

function closed(socket: WebSocket): Promise<number> {
  return new Promise((resolve) => {
    socket.addEventListener('close', ({ code }) => resolve(code), { once: true });
  });
}

describe('the live connection', () => {
  afterEach(() => void vi.useRealTimers());

  it('opens for a signed-in fan, speaks our protocol and welcomes with the tick', async () => {
    const response = await knock(`/ws/events/${CONCERT}`, protocols(await tokenOf(31)));
    expect(response.status).toBe(101);
    expect(response.headers.get('sec-websocket-protocol')).toBe('onsale.v1');
    const socket = response.webSocket;
    if (!socket) throw new Error('no socket');
    const welcome = firstMessage(socket);
    socket.accept();
    expect(await welcome).toMatchObject({ type: 'welcome', tick: { eventId: CONCERT } });
    socket.close(1000, 'done');
  });

  it('gives a fan the same place as HTTP does, and believes no header about who it is', async () => {
    const token = await tokenOf(32);
    const { body } = await ask<Position>('POST', '/api/queue/join', {
      token,
      body: { eventId: CONCERT },
    });
    const response = await knock(`/ws/events/${CONCERT}`, {
      ...protocols(token),
      [LIVE_HEADERS.account]: '20000000-0000-4000-8000-000000000099',
    });
    const socket = response.webSocket;
    if (!socket) throw new Error('no socket');
    const welcome = firstMessage(socket);
    socket.accept();
    expect(await welcome).toMatchObject({ type: 'welcome', position: { place: body.place } });
    socket.close(1000, 'done');
  });

  it('refuses everybody else with a problem', async () => {
    const token = await tokenOf(33);
    const expired = await tokenOf(33, { expiredForSeconds: 1 });
    const path = `/ws/events/${CONCERT}`;
    const cases: [string, Record<string, string>, number, string][] = [
      [path, { 'sec-websocket-protocol': 'onsale.v1' }, 401, 'unauthorized'],
      [path, protocols('nonsense'), 401, 'invalid_token'],
      [path, protocols(expired), 401, 'token_expired'],
      [path, { 'sec-websocket-protocol': `bearer.${token}` }, 400, 'invalid_request'],
      [path, { ...protocols(token), origin: 'https://evil.example' }, 403, 'forbidden'],
      ['/ws/events/no-such-event', protocols(token), 404, 'event_not_found'],
      ['/ws/events/No%20Event', protocols(token), 404, 'event_not_found'],
      ['/ws/nothing', protocols(token), 404, 'not_found'],
    ];
    for (const [address, headers, status, code] of cases) {
      const response = await knock(address, headers);
      const body: Problem = await response.json();
      expect([address, response.status, body.code]).toEqual([address, status, code]);
    }
    const plain = await ask('GET', path, { token });
    expect([plain.status, plain.body.code]).toEqual([426, 'upgrade_required']);
  });

  it('tells who comes to an overloaded leaf when to try again, and leaves the leaf alone', async () => {
    let asked = 0;
    const stub = {
      fetch: () => {
        asked += 1;
        const error = new Error('Durable Object is overloaded. Too many requests.');
        return Promise.reject(Object.assign(error, { overloaded: true }));
      },
    };
    const rooms = { idFromName: (name: string) => name, get: () => stub };
    const answer = await createApp().request(
      `${ORIGIN}/ws/events/${CONCERT}`,
      { headers: { upgrade: 'websocket', ...protocols(await tokenOf(34)) } },
      { ...workerEnv, WAITING_ROOM: rooms as unknown as DurableObjectNamespace },
    );
    const body: Problem = await answer.json();
    expect([answer.status, body.code]).toEqual([503, 'overloaded']);
    expect(answer.headers.get('retry-after')).toBe('2');
    expect(JSON.stringify(body)).not.toContain('Durable');
    expect(asked).toBe(1);
  });

  it.each([
    [
      'floods',
      CLOSE.flood,
      Array.from({ length: 31 }, () => '{"v":1,"type":"watch","seats":true}'),
    ],
    ['sends too much at once', CLOSE.tooLarge, ['x'.repeat(1_025)]],
    ['does not stop talking nonsense', CLOSE.badMessage, ['a', 'b', 'c']],
  ])('keeps a fan who %s out for ten seconds, and nobody else', async (_, code, messages) => {
    const path = `/ws/events/${CONCERT}`;
    const token = protocols(await tokenOf(40 + (code % 100)));
    const socket = (await knock(path, token)).webSocket;
    if (!socket) throw new Error('no socket');
    const end = closed(socket);
    socket.accept();
    for (const message of messages) socket.send(message);
    expect(await end).toBe(code);

    const refused = await knock(path, token);
    const body: Problem = await refused.json();
    expect([refused.status, body.code]).toEqual([429, 'rate_limited']);
    expect(refused.headers.get('retry-after')).toBe('10');
    expect(body.retryAfterMs).toBeGreaterThan(9_000);
    const other = await knock(path, protocols(await tokenOf(39)));
    expect(other.status).toBe(101);
    other.webSocket?.accept();
    other.webSocket?.close(1000, 'done');

    vi.setSystemTime(Date.now() + LIMITS.socketFloodWindowMs);
    const again = await knock(path, token);
    expect(again.status).toBe(101);
    again.webSocket?.accept();
    again.webSocket?.close(1000, 'done');
  });
});
