import { evictDurableObject } from 'cloudflare:test';
import { describe, expect, it } from 'vitest';
import { crowdAccount } from '../../../drizzle/demo-data.ts';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { parseReceipt, verifyReceipt } from '../../../durable-objects/core/fairness/receipt.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import { BEARER_PREFIX, CLOSE, LIVE_PROTOCOL } from '../../../durable-objects/protocol/live.ts';
import { signToken } from '../../../durable-objects/protocol/tokens.ts';
import type { Problem } from '../../../worker/schemas/common.ts';
import type { Event } from '../../../worker/schemas/events.ts';
import type { Position, QueueStats } from '../../../worker/schemas/queue.ts';
import { addSale } from '../../support/sale-fixture.ts';
import { leaf, TestSocket } from '../waiting-room-support.ts';
import { ask, ORIGIN, tokenOf, worker, workerEnv } from './support.ts';

let events = 0;

/** A sale of its own, so that its figures are this test's alone. */
async function newSale(choice: Parameters<typeof addSale>[2] = {}): Promise<string> {
  events += 1;
  const id = `many-hands-${events}`;
  await addSale(workerEnv.DATABASE_URL ?? '', id, { opensInDays: 1, ...choice });
  return id;
}

function knock(eventId: string, token: string): Promise<Response> {
  return worker().fetch(`${ORIGIN}/ws/events/${eventId}`, {
    headers: {
      upgrade: 'websocket',
      'sec-websocket-protocol': `${LIVE_PROTOCOL}, ${BEARER_PREFIX}${token}`,
    },
  });
}

/** A device of the fan: a session and so a token of its own. */
async function device(
  eventId: string,
  fan: number,
  over: Parameters<typeof tokenOf>[1] = {},
): Promise<TestSocket> {
  const response = await knock(eventId, await tokenOf(fan, over));
  if (!response.webSocket) throw new Error(`no socket: ${response.status}`);
  return TestSocket.over(response.webSocket);
}

async function join(eventId: string, token: string): Promise<Position> {
  return (await ask<Position>('POST', '/api/queue/join', { token, body: { eventId } })).body;
}

/** An access token as they were made before it was asked whether the address is verified. */
function oldToken(fan: number): Promise<string> {
  const { id, email, name } = crowdAccount(fan);
  const iat = Math.floor(Date.now() / 1000);
  return signToken(workerEnv.AUTH_SECRET, 'access', {
    sub: id as AccountId,
    jti: crypto.randomUUID(),
    sid: crypto.randomUUID(),
    email,
    name,
    iat,
    exp: iat + 3600,
  });
}

async function joined(eventId: string): Promise<number> {
  return (await ask<QueueStats>('GET', `/api/queue/stats/${eventId}`)).body.joined;
}

describe('one account on many devices', () => {
  it('has one place, however many join in the very same moment over HTTP and sockets', async () => {
    const eventId = await newSale();
    const sockets = await Promise.all([device(eventId, 51), device(eventId, 51)]);
    for (const socket of sockets) await socket.next('welcome');
    const tokens = await Promise.all(Array.from({ length: 3 }, () => tokenOf(51)));
    expect(new Set(tokens).size).toBe(3);
    for (const socket of sockets) socket.send({ v: 1, type: 'join' });
    const overHttp = await Promise.all(tokens.map((token) => join(eventId, token)));
    const overSockets = await Promise.all(sockets.map((socket) => socket.next('place')));
    const places = [
      ...overHttp.map((answer) => answer.place),
      ...overSockets.map((message) => message.position.place),
    ];
    expect(places).toEqual([0, 0, 0, 0, 0]);
    expect((await join(eventId, await tokenOf(52))).place).toBe(1);
    await expect.poll(() => joined(eventId)).toBe(2);
  });

  it('keeps two fans apart who join in the same moment, each from several devices', async () => {
    const eventId = await newSale();
    const tokens = await Promise.all([53, 54, 53, 54, 53, 54].map((fan) => tokenOf(fan)));
    const places = await Promise.all(
      tokens.map(async (token) => (await join(eventId, token)).place),
    );
    const [first, second] = places;
    expect(places).toEqual([first, second, first, second, first, second]);
    expect(new Set(places)).toEqual(new Set([0, 1]));
  });

  it('hears on each device what was done on another', async () => {
    const eventId = await newSale();
    const [phone, laptop] = [await device(eventId, 55), await device(eventId, 55)];
    const token = await tokenOf(55);
    const { place } = await join(eventId, token);
    for (const socket of [phone, laptop]) {
      expect((await socket.next('place')).position.place).toBe(place);
    }
    phone.send({ v: 1, type: 'leave' });
    for (const socket of [phone, laptop]) await socket.next('left');
    const after = await ask('GET', `/api/queue/position/${eventId}`, { token });
    expect(after.body.code).toBe('not_in_queue');
  });

  it('comes in once: all devices that claim at once get the same admission', async () => {
    const eventId = await newSale({ opensInDays: -0.01 });
    const socket = await device(eventId, 56);
    const tokens = await Promise.all(Array.from({ length: 4 }, () => tokenOf(56)));
    await join(eventId, tokens[0] ?? '');
    await socket.next('place');
    socket.send({ v: 1, type: 'claim' });
    const path = `/api/queue/position/${eventId}`;
    const answers = await Promise.all(tokens.map((token) => ask<Position>('GET', path, { token })));
    const { token } = await socket.next('admission');
    expect(answers.map(({ body }) => body.admissionToken)).toEqual(tokens.map(() => token));
  });
});

describe('the receipt of a place', () => {
  async function publishedKey(): Promise<string> {
    const { body } = await ask<{ keys: JsonWebKey[] }>('GET', '/.well-known/jwks.json');
    return body.keys.find((key) => Reflect.get(key, 'kid') === 'receipt-1')?.x ?? '';
  }

  it('is the same on every device, and proves the place to whoever has the published key', async () => {
    const eventId = await newSale();
    const socket = await device(eventId, 68);
    const tokens = await Promise.all([tokenOf(68), tokenOf(68), tokenOf(68)]);
    const answers = await Promise.all(tokens.map((token) => join(eventId, token)));
    const { position } = await socket.next('place');
    const [{ ticket, place } = { ticket: '', place: -1 }] = answers;
    expect(answers.map((answer) => answer.ticket)).toEqual(tokens.map(() => ticket));
    expect(position.receipt).toBe(ticket);
    const parsed = parseReceipt(ticket);
    if (!parsed.ok) throw new Error(parsed.code);
    const key = await publishedKey();
    const own = crowdAccount(68).id as AccountId;
    expect(verifyReceipt(parsed.receipt, own, key)).toMatchObject({ ok: true, eventId, place });
    const other = crowdAccount(69).id as AccountId;
    expect(verifyReceipt(parsed.receipt, other, key)).toEqual({ ok: false, code: 'not_proven' });
  });

  it('opens nothing: it is no access token, neither as a bearer nor on a socket', async () => {
    const eventId = await newSale();
    const { ticket } = await join(eventId, await tokenOf(70));
    for (const token of [ticket, ticket.split('~')[0] ?? '']) {
      const answer = await ask('GET', `/api/queue/position/${eventId}`, { token });
      expect([answer.status, answer.body.code]).toEqual([401, 'invalid_token']);
      expect((await knock(eventId, token)).status).toBe(401);
    }
  });
});

describe('every device must prove the account', () => {
  it('by its own access token: a token of another kind, another secret or an ended one opens no socket', async () => {
    const eventId = await newSale();
    const now = Math.floor(Date.now() / 1000);
    const sub = '20000000-0000-4000-8000-000000000057' as AccountId;
    const claims = { sub, evt: eventId as EventId, iat: now };
    const admission = { ...claims, place: 0, jti: 'adm', exp: now + 600 };
    const ticket = { ...claims, jti: 't', seat: 'A', booking: 'b' };
    const secret = workerEnv.AUTH_SECRET;
    const access = await tokenOf(57);
    const [head, , mark] = access.split('.');
    const foreign = (await tokenOf(58)).split('.')[1];
    const cases: [what: string, token: string, code: string][] = [
      ['an admission', await signToken(secret, 'admission', admission), 'invalid_token'],
      ['a ticket', await signToken(secret, 'ticket', ticket), 'invalid_token'],
      ['of another secret', await signToken('x'.repeat(32), 'ticket', ticket), 'invalid_token'],
      ['another fan’s name under this mark', `${head}.${foreign}.${mark}`, 'invalid_token'],
      ['ended', await tokenOf(57, { expiredForSeconds: 1 }), 'token_expired'],
    ];
    for (const [what, token, code] of cases) {
      const response = await knock(eventId, token);
      expect([what, response.status]).toEqual([what, 401]);
      expect([what, (await response.json<Problem>()).code]).toEqual([what, code]);
    }
  });
});

describe('one device too many', () => {
  it('takes over from the oldest, which is told by its close code; the others stay', async () => {
    const eventId = await newSale();
    const sockets: TestSocket[] = [];
    for (let n = 0; n < LIMITS.socketsPerAccount + 1; n++) {
      const socket = await device(eventId, 59);
      await socket.next('welcome');
      sockets.push(socket);
    }
    const [oldest, ...rest] = sockets;
    expect(await oldest?.end()).toEqual({
      code: CLOSE.replaced,
      reason: 'continued on another tab or device',
    });
    await join(eventId, await tokenOf(59));
    for (const socket of rest) expect((await socket.next('place')).position.place).toBe(0);
  });

  it('of many that open in the very same moment the allowed number stays, and the place is one', async () => {
    const eventId = await newSale();
    const extra = 5;
    const sockets = await Promise.all(
      Array.from({ length: LIMITS.socketsPerAccount + extra }, () => device(eventId, 60)),
    );
    const closed = () => sockets.filter((socket) => socket.closed !== null);
    await expect.poll(() => closed().length).toBe(extra);
    expect(new Set(closed().map((socket) => socket.closed?.code))).toEqual(
      new Set([CLOSE.replaced]),
    );
    await join(eventId, await tokenOf(60));
    const open = sockets.filter((socket) => socket.closed === null);
    const heard = await Promise.all(open.map((socket) => socket.next('place')));
    expect(heard.map(({ position }) => position.place)).toEqual(open.map(() => 0));
  });

  it('closes nobody else’s socket', async () => {
    const eventId = await newSale();
    const neighbour = await device(eventId, 61);
    for (let n = 0; n < LIMITS.socketsPerAccount + 2; n++) await device(eventId, 62);
    await join(eventId, await tokenOf(61));
    expect((await neighbour.next('place')).position.place).toBe(0);
  });

  it('may come back: the one that was closed opens again and has the same place', async () => {
    const eventId = await newSale();
    const { place } = await join(eventId, await tokenOf(63));
    const oldest = await device(eventId, 63);
    for (let n = 0; n < LIMITS.socketsPerAccount; n++) await device(eventId, 63);
    await oldest.end();
    const back = await device(eventId, 63);
    expect((await back.next('welcome')).position?.place).toBe(place);
  });
});

describe('a sale for verified addresses only', () => {
  const refused = [403, 'email_not_verified'];

  it('lets only those join whose token says so, and looks nothing up for it', async () => {
    const eventId = await newSale({ requireVerifiedEmail: true });
    const body = { eventId };
    const unverified = await tokenOf(64, { emailVerified: false });
    const answer = await ask('POST', '/api/queue/join', { token: unverified, body });
    expect([answer.status, answer.body.code]).toEqual(refused);
    expect(await joined(eventId)).toBe(0);
    const verified = await tokenOf(64);
    expect((await join(eventId, verified)).place).toBe(0);
  });

  it('lets the others look on over a socket but not join, also after the leaf slept', async () => {
    const eventId = await newSale({ requireVerifiedEmail: true });
    const socket = await device(eventId, 67, { emailVerified: false });
    expect((await socket.next('welcome')).tick?.eventId).toBe(eventId);
    socket.send({ v: 1, type: 'join' });
    expect((await socket.next('error')).code).toBe('email_not_verified');
    await evictDurableObject(leaf(eventId));
    socket.send({ v: 1, type: 'join' });
    expect((await socket.next('error')).code).toBe('email_not_verified');
    expect(await joined(eventId)).toBe(0);
    const verified = await device(eventId, 67);
    verified.send({ v: 1, type: 'join' });
    for (const each of [socket, verified]) {
      expect((await each.next('place')).position.place).toBe(0);
    }
  });

  it('takes a token from before it was asked as not verified', async () => {
    const eventId = await newSale({ requireVerifiedEmail: true });
    const old = await oldToken(65);
    const late = await ask('POST', '/api/queue/join', { token: old, body: { eventId } });
    expect([late.status, late.body.code]).toEqual(refused);
  });

  it('tells so beforehand; other sales ask for nothing', async () => {
    const asking = await newSale({ requireVerifiedEmail: true });
    const open = await newSale();
    const rulesOf = async (id: string) =>
      (await ask<Event>('GET', `/api/events/${id}`)).body.rules.requireVerifiedEmail;
    expect([await rulesOf(asking), await rulesOf(open)]).toEqual([true, false]);
    expect((await join(open, await tokenOf(66, { emailVerified: false }))).place).toBe(0);
  });
});
