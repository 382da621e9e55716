import { describe, expect, it } from 'vitest';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { signToken } from '../../../durable-objects/protocol/tokens.ts';
import { admit, ask, CONCERT, freshId, ORIGIN, tokenOf, worker, workerEnv } from './support.ts';

/** A route that takes a JSON body, with one body that is right in form. */
interface BodyRoute {
  path: string;
  bearer: boolean;
  good: Record<string, unknown>;
}

const BODY_ROUTES: BodyRoute[] = [
  {
    path: '/api/auth/register',
    bearer: false,
    good: { email: 'new@example.com', password: 'long enough 1', name: 'New Fan' },
  },
  {
    path: '/api/auth/login',
    bearer: false,
    good: { email: 'nobody@example.com', password: 'whatever it is' },
  },
  { path: '/api/auth/refresh', bearer: false, good: { refreshToken: 'x' } },
  { path: '/api/auth/verify-email', bearer: true, good: { code: '123456' } },
  { path: '/api/queue/join', bearer: true, good: { eventId: CONCERT } },
  {
    path: '/api/inventory/lock-seats',
    bearer: true,
    good: { eventId: CONCERT, seatIds: ['P1-A-1'], requestId: 'request-0001' },
  },
  {
    path: '/api/inventory/best-available',
    bearer: true,
    good: { eventId: CONCERT, size: 2, requestId: 'request-0001' },
  },
  {
    path: '/api/inventory/holds/hold_x_12345678/extend',
    bearer: true,
    good: { requestId: 'request-0001' },
  },
  { path: '/api/booking/create', bearer: true, good: { holdId: 'hold_x_12345678' } },
  { path: '/api/payment/create-intent', bearer: true, good: { bookingId: 'book_x_12345678' } },
  { path: '/api/payment/confirm', bearer: true, good: { bookingId: 'book_x_12345678' } },
];

const BEARER_ROUTES: [method: string, path: string][] = [
  ...BODY_ROUTES.filter((route) => route.bearer).map((route): [string, string] => [
    'POST',
    route.path,
  ]),
  ['POST', '/api/auth/logout'],
  ['POST', '/api/auth/verify-email/resend'],
  ['GET', `/api/queue/position/${CONCERT}`],
  ['DELETE', `/api/queue/leave/${CONCERT}`],
  ['DELETE', '/api/inventory/holds/hold_x_12345678'],
  ['GET', '/api/bookings'],
  ['GET', '/api/bookings/book_x_12345678'],
];

const UNKNOWN_IDS: [method: string, path: string, status: number, code: string, body?: object][] = [
  ['GET', '/api/events/no-such-event', 404, 'event_not_found'],
  ['GET', '/api/events/No%20Event', 404, 'event_not_found'],
  ['GET', `/api/events/${'e'.repeat(100)}`, 404, 'event_not_found'],
  ['GET', '/api/queue/position/no-such-event', 404, 'event_not_found'],
  ['GET', '/api/queue/stats/no-such-event', 404, 'event_not_found'],
  ['GET', '/api/queue/status/no-such-event', 404, 'event_not_found'],
  ['DELETE', '/api/queue/leave/no-such-event', 404, 'event_not_found'],
  ['GET', '/api/inventory/events/no-such-event/seats', 404, 'event_not_found'],
  ['POST', '/api/queue/join', 404, 'event_not_found', { eventId: 'no-such-event' }],
  [
    'POST',
    '/api/inventory/lock-seats',
    404,
    'event_not_found',
    { eventId: 'no-such-event', seatIds: ['A'], requestId: 'request-0001' },
  ],
  [
    'POST',
    '/api/inventory/best-available',
    404,
    'event_not_found',
    { eventId: 'no-such-event', size: 2, requestId: 'request-0001' },
  ],
  ['DELETE', '/api/inventory/holds/nonsense', 404, 'hold_not_found'],
  ['DELETE', `/api/inventory/holds/hold_${CONCERT}_aaaaaaaaaaaa`, 404, 'hold_not_found'],
  ['DELETE', '/api/inventory/holds/hold_no-such-event_aaaaaaaaaaaa', 404, 'hold_not_found'],
  [
    'POST',
    `/api/inventory/holds/hold_${CONCERT}_aaaaaaaaaaaa/extend`,
    404,
    'hold_not_found',
    { requestId: 'request-0001' },
  ],
  ['POST', '/api/booking/create', 404, 'hold_not_found', { holdId: 'nonsense' }],
  [
    'POST',
    '/api/booking/create',
    404,
    'hold_not_found',
    { holdId: `hold_${CONCERT}_aaaaaaaaaaaa` },
  ],
  ['GET', '/api/bookings/nonsense', 404, 'booking_not_found'],
  ['GET', `/api/bookings/book_${CONCERT}_aaaaaaaaaaaa`, 404, 'booking_not_found'],
  [
    'POST',
    '/api/payment/create-intent',
    404,
    'booking_not_found',
    { bookingId: `book_${CONCERT}_aaaaaaaaaaaa` },
  ],
  [
    'POST',
    '/api/payment/confirm',
    404,
    'booking_not_found',
    { bookingId: `book_${CONCERT}_aaaaaaaaaaaa` },
  ],
];

describe('every route with a body', () => {
  it.each(BODY_ROUTES)('$path refuses a missing field and a wrong type, by name', async (route) => {
    const token = route.bearer ? await tokenOf(11) : undefined;
    const bearer = token === undefined ? {} : { token };
    for (const field of Object.keys(route.good)) {
      const { [field]: right, ...without } = route.good;
      for (const body of [
        without,
        { ...route.good, [field]: typeof right === 'number' ? 'many' : 42 },
        { ...route.good, [field]: {} },
      ]) {
        const answer = await ask('POST', route.path, { ...bearer, body });
        expect(answer.status).toBe(400);
        expect(answer.body.code).toBe('invalid_request');
        expect(answer.body.errors?.map((error) => error.field.split('.')[0])).toContain(field);
      }
    }
  });

  it.each(BODY_ROUTES)('$path refuses what is no JSON object', async (route) => {
    const token = route.bearer ? await tokenOf(11) : undefined;
    const bearer = token === undefined ? {} : { token };
    const cases: [string, number, string][] = [
      ['{"a":', 400, 'malformed_json'],
      ['nonsense', 400, 'malformed_json'],
      ['[]', 400, 'invalid_request'],
      ['null', 400, 'invalid_request'],
      ['"text"', 400, 'invalid_request'],
      ['', 400, 'invalid_request'],
      [JSON.stringify({ filler: 'x'.repeat(65 * 1024) }), 413, 'body_too_large'],
    ];
    for (const [body, status, code] of cases) {
      const answer = await ask('POST', route.path, { ...bearer, body });
      expect([body.slice(0, 10), answer.status, answer.body.code]).toEqual([
        body.slice(0, 10),
        status,
        code,
      ]);
    }
    const form = await ask('POST', route.path, {
      ...bearer,
      body: 'a=1',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
    });
    expect([form.status, form.body.code]).toEqual([415, 'unsupported_media_type']);
  });
});

describe('a body that is too large', () => {
  it('is cut off while it streams in, whatever its length claims', async () => {
    let sent = 0;
    const stream = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 1;
        if (sent > 200) controller.close();
        else controller.enqueue(new Uint8Array(1024).fill(32));
      },
    });
    const response = await worker().fetch(`${ORIGIN}/api/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: stream,
    });
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({ code: 'body_too_large' });
  });
});

describe('every route behind a sign-in', () => {
  it.each(BEARER_ROUTES)(
    '%s %s refuses missing, wrong, expired and foreign tokens',
    async (method, path) => {
      const access = await tokenOf(11);
      const now = Math.floor(Date.now() / 1000);
      const claims = { sub: 'x' as AccountId, evt: CONCERT as EventId, place: 1, iat: now };
      const admission = { ...claims, jti: 'adm', exp: now + 600 };
      const secret = workerEnv.AUTH_SECRET;
      const cases: [what: string, token: string | undefined, code: string][] = [
        ['none', undefined, 'unauthorized'],
        ['nonsense', 'nonsense', 'invalid_token'],
        ['a changed signature', `${access.slice(0, -4)}AAAA`, 'invalid_token'],
        ['expired', await tokenOf(11, { expiredForSeconds: 1 }), 'token_expired'],
        ['an admission', await signToken(secret, 'admission', admission), 'invalid_token'],
        [
          'of another secret',
          await signToken('another secret', 'admission', admission),
          'invalid_token',
        ],
        ['unsigned', `${btoa('{"alg":"none"}')}.${access.split('.')[1]}.`, 'invalid_token'],
      ];
      for (const [what, token, code] of cases) {
        const answer = await ask(method, path, token === undefined ? {} : { token });
        expect([what, answer.status, answer.body.code]).toEqual([what, 401, code]);
      }
    },
  );
});

describe('ids that do not exist', () => {
  it.each(UNKNOWN_IDS)('%s %s answers %i %s', async (method, path, status, code, body) => {
    const token = await tokenOf(12);
    const answer = await ask(method, path, body === undefined ? { token } : { token, body });
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
  });
});

describe('addresses and methods', () => {
  it.each([
    ['GET', '/api/nothing', 404, 'not_found', null],
    ['GET', '/api', 404, 'not_found', null],
    ['PUT', '/api/events', 405, 'method_not_allowed', 'GET'],
    ['GET', '/api/queue/join', 405, 'method_not_allowed', 'POST'],
    ['POST', '/healthz', 405, 'method_not_allowed', 'GET'],
    ['GET', '/api/webhooks/stripe', 405, 'method_not_allowed', 'POST'],
  ])('%s %s answers %i %s', async (method, path, status, code, allow) => {
    const answer = await ask(method, path);
    const seen = [answer.status, answer.body.code, answer.headers.get('allow')];
    expect(seen).toEqual([status, code, allow]);
  });

  it('tells the request id in header and body, takes a sane one over and no other', async () => {
    const given = await ask('GET', '/api/nothing', {
      headers: { 'x-request-id': 'trace-12345678' },
    });
    expect(given.headers.get('x-request-id')).toBe('trace-12345678');
    expect(given.body.requestId).toBe('trace-12345678');
    const odd = await ask('GET', '/api/nothing', { headers: { 'x-request-id': '{"a":1}' } });
    expect(odd.body.requestId).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('refuses a foreign page before anything happens and lets the public origin ask', async () => {
    const token = await tokenOf(13);
    const foreign = await ask('POST', '/api/queue/join', {
      token,
      body: { eventId: CONCERT },
      headers: { origin: 'https://evil.example' },
    });
    expect([foreign.status, foreign.body.code]).toEqual([403, 'forbidden']);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
    const place = await ask('GET', `/api/queue/position/${CONCERT}`, { token });
    expect(place.body.code).toBe('not_in_queue');
    const own = await ask('GET', '/api/events', { headers: { origin: ORIGIN } });
    expect(own.headers.get('access-control-allow-origin')).toBe(ORIGIN);
  });
});

describe('locks', () => {
  it('refuse wrong seats, too many, and callers who are not inside', async () => {
    const token = await tokenOf(14);
    const stranger = await tokenOf(15);
    const admission = await admit(token);
    const lock = async (seatIds: string[], admissionToken: string | undefined, bearer = token) => {
      const answer = await ask('POST', '/api/inventory/lock-seats', {
        token: bearer,
        headers: admissionToken === undefined ? {} : { 'x-admission-token': admissionToken },
        body: { eventId: CONCERT, seatIds, requestId: freshId() },
      });
      return [answer.status, answer.body.code];
    };
    const seven = Array.from({ length: 7 }, (_, i) => `G1-A-${i + 1}`);
    const now = Math.floor(Date.now() / 1000);
    const expired = await signToken(workerEnv.AUTH_SECRET, 'admission', {
      sub: '20000000-0000-4000-8000-000000000014' as AccountId,
      evt: CONCERT as EventId,
      jti: 'adm',
      place: 1,
      iat: now - 1000,
      exp: now - 1,
    });
    expect(await lock(['no-seat'], admission)).toEqual([422, 'unknown_seat']);
    expect(await lock(['G1-A-1', 'G1-A-1'], admission)).toEqual([422, 'duplicate_seat']);
    expect(await lock(seven, admission)).toEqual([422, 'too_many_seats']);
    expect(await lock([], admission)).toEqual([400, 'invalid_request']);
    expect(await lock(['G1-A-1'], undefined)).toEqual([403, 'not_admitted']);
    expect(await lock(['G1-A-1'], token)).toEqual([401, 'invalid_token']);
    expect(await lock(['G1-A-1'], expired)).toEqual([403, 'admission_expired']);
    expect(await lock(['G1-A-1'], admission, stranger)).toEqual([403, 'not_admitted']);
    expect(await lock(['G1-A-1'], admission)).toEqual([201, undefined]);
    expect(await lock(['G1-A-2'], admission)).toEqual([409, 'hold_exists']);
  });
});

describe('asking for the best seats', () => {
  it('refuses sizes that are none, bands and sections that are none, and callers who are not inside', async () => {
    const token = await tokenOf(16);
    const admission = await admit(token);
    const best = async (wish: object, admissionToken: string | undefined = admission) => {
      const answer = await ask('POST', '/api/inventory/best-available', {
        token,
        headers: admissionToken === '' ? {} : { 'x-admission-token': admissionToken },
        body: { eventId: CONCERT, requestId: freshId(), ...wish },
      });
      return [answer.status, answer.body.code];
    };
    for (const size of [0, -1, 1.5, 51, '2', null])
      expect(await best({ size })).toEqual([400, 'invalid_request']);
    for (const field of ['categoryId', 'section'])
      for (const value of ['', 'x'.repeat(65), 7])
        expect(await best({ size: 1, [field]: value })).toEqual([400, 'invalid_request']);
    expect(await best({ size: 7 })).toEqual([422, 'too_many_seats']);
    expect(await best({ size: 1, categoryId: 'diamond' })).toEqual([422, 'unknown_category']);
    expect(await best({ size: 1, section: 'Z9' })).toEqual([422, 'unknown_section']);
    expect(await best({ size: 1 }, '')).toEqual([403, 'not_admitted']);
    expect(await best({ size: 1, section: 'P1', categoryId: 'gold' })).toEqual([409, 'none_left']);
    const replaces = `hold_${CONCERT}_aaaaaaaaaaaa`;
    expect(await best({ size: 1, replaces })).toEqual([404, 'hold_not_found']);
    expect(await best({ size: 1, section: 'S7' })).toEqual([201, undefined]);
    expect(await best({ size: 1 })).toEqual([409, 'hold_exists']);
  });
});
