import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { crowdAccount, DEMO_ORGANISER } from '../../../drizzle/demo-data.ts';
import { auditLog, users } from '../../../drizzle/schema.ts';
import { concertPlan } from '../../../durable-objects/core/plan-samples.ts';
import { expandPlan } from '../../../durable-objects/core/plan-geometry.ts';
import type { SectionSpec } from '../../../durable-objects/core/plan.ts';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { signToken } from '../../../durable-objects/protocol/tokens.ts';
import { loadEvent } from '../../../worker/db/catalogue.ts';
import { databaseAt } from '../../../worker/db/database.ts';
import { addSale } from '../../support/sale-fixture.ts';
import { admit, ask, freshId, tokenOf, workerEnv } from './support.ts';
import type { Answer } from './support.ts';

const concert = concertPlan();
const db = databaseAt(workerEnv.DATABASE_URL ?? '');
const reason = 'The stage crew asked for ten minutes.';

/** An access token of an account that says it is an organiser's. */
function organiserToken(id = DEMO_ORGANISER.id, over: { sid?: string } = {}): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  return signToken(workerEnv.AUTH_SECRET, 'access', {
    sub: id as AccountId,
    jti: crypto.randomUUID(),
    sid: over.sid ?? crypto.randomUUID(),
    email: 'organiser@example.com',
    name: 'Organiser',
    ev: true,
    role: 'organiser',
    iat,
    exp: iat + 3600,
  });
}

let sales = 0;
/** A sale of its own: tests of this file do not meet in one. */
async function freshSale(): Promise<string> {
  sales += 1;
  const id = `organised-${sales}`;
  await addSale(workerEnv.DATABASE_URL ?? '', id);
  return id;
}

interface Audit {
  actions: {
    number: number;
    accountId: string;
    action: string;
    reason: string;
    subject: string;
    requestId: string;
  }[];
  before: number | null;
}

async function organise<Body>(method: string, path: string, body?: object): Promise<Answer<Body>> {
  const token = await organiserToken();
  return ask<Body>(method, `/api/organiser/events/${path}`, body ? { token, body } : { token });
}

/** Each route, with a body that is right in form. */
const ROUTES: [method: string, path: string, body?: Record<string, unknown>][] = [
  ['POST', 'pause', { requestId: 'request-0001', reason }],
  ['POST', 'resume', { requestId: 'request-0001', reason }],
  [
    'PUT',
    'plan',
    {
      requestId: 'request-0001',
      reason,
      sections: concert.plan.sections,
      categories: concert.categories,
    },
  ],
  ['GET', 'troubles'],
  ['GET', 'audit'],
];

describe('the organiser’s routes', () => {
  it.each(ROUTES)('%s %s refuses everybody who is no organiser', async (method, path, body) => {
    const url = `/api/organiser/events/coldplay-mumbai/${path}`;
    const with_ = (token?: string) => ({ ...(token && { token }), ...(body && { body }) });
    const seen = async (token?: string, at = url) => {
      const answer = await ask(method, at, with_(token));
      return [answer.status, answer.body.code];
    };
    expect(await seen()).toEqual([401, 'unauthorized']);
    expect(await seen('nonsense')).toEqual([401, 'invalid_token']);
    const fan = await tokenOf(21);
    expect(await seen(fan)).toEqual([403, 'forbidden']);
    // A fan does not learn which events there are.
    expect(await seen(fan, url.replace('coldplay-mumbai', 'no-such-event'))).toEqual([
      403,
      'forbidden',
    ]);
    // The token says organiser, the account does not (any more).
    expect(await seen(await organiserToken(crowdAccount(22).id))).toEqual([403, 'forbidden']);
    expect(await seen(await organiserToken(crypto.randomUUID()))).toEqual([403, 'forbidden']);
  });

  it.each(ROUTES)('%s %s knows no event that is not there', async (method, path, body) => {
    for (const id of ['no-such-event', 'No%20Event']) {
      const answer = await organise<{ code: string }>(method, `${id}/${path}`, body);
      expect([answer.status, answer.body.code]).toEqual([404, 'event_not_found']);
    }
  });

  it.each(ROUTES.filter(([, , body]) => body !== undefined))(
    '%s %s refuses a body that is not in its form, and does nothing',
    async (method, path, good = {}) => {
      const id = await freshSale();
      const token = await organiserToken();
      for (const field of Object.keys(good)) {
        const { [field]: _removed, ...without } = good;
        for (const body of [without, { ...good, [field]: 42 }, { ...good, [field]: '' }]) {
          const answer = await organise<{ code: string; errors?: { field: string }[] }>(
            method,
            `${id}/${path}`,
            body,
          );
          expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
          expect(answer.body.errors?.map((error) => error.field.split('.')[0])).toContain(field);
        }
      }
      const raw: [string, number, string][] = [
        ['{"a":', 400, 'malformed_json'],
        ['[]', 400, 'invalid_request'],
        ['', 400, 'invalid_request'],
        [JSON.stringify({ filler: 'x'.repeat(65 * 1024) }), 413, 'body_too_large'],
      ];
      for (const [body, status, code] of raw) {
        const answer = await ask(method, `/api/organiser/events/${id}/${path}`, { token, body });
        expect([body.slice(0, 8), answer.status, answer.body.code]).toEqual([
          body.slice(0, 8),
          status,
          code,
        ]);
      }
      const { body: audit } = await organise<Audit>('GET', `${id}/audit`);
      expect(audit.actions).toEqual([]);
    },
  );

  it('end with the session, as money does', async () => {
    const sid = crypto.randomUUID();
    const token = await organiserToken(DEMO_ORGANISER.id, { sid });
    const path = '/api/organiser/events/coldplay-mumbai/troubles';
    expect((await ask('GET', path, { token })).status).toBe(200);
    expect((await ask('POST', '/api/auth/logout', { token })).status).toBe(204);
    expect(await ask('GET', path, { token })).toMatchObject({
      status: 401,
      body: { code: 'invalid_token' },
    });
  });

  it('are open to the seeded organiser from sign-in and from refresh, and to no fan', async () => {
    const { email, password } = DEMO_ORGANISER;
    const signed = await ask<{ accessToken: string; refreshToken: string; role: string }>(
      'POST',
      '/api/auth/login',
      { body: { email, password } },
    );
    expect(signed.body.role).toBe('organiser');
    const again = await ask<{ accessToken: string; role: string }>('POST', '/api/auth/refresh', {
      body: { refreshToken: signed.body.refreshToken },
    });
    expect(again.body.role).toBe('organiser');
    for (const { accessToken: token } of [signed.body, again.body])
      expect(
        (await ask('GET', '/api/organiser/events/coldplay-mumbai/audit', { token })).status,
      ).toBe(200);
  });
});

describe('pause and resume', () => {
  const phaseOf = async (id: string) => {
    const { body } = await ask<{ phase: string; reason: string | null }>(
      'GET',
      `/api/queue/status/${id}`,
    );
    return [body.phase, body.reason];
  };

  it('stop and restart the calls, over a crash too, and leave who, when, what and why', async () => {
    const id = await freshSale();
    const command = { requestId: freshId(), reason };
    expect((await organise('POST', `${id}/pause`, command)).body).toEqual({ paused: true });
    const token = await tokenOf(23);
    const joined = await ask<{ status: string }>('POST', '/api/queue/join', {
      token,
      body: { eventId: id },
    });
    expect(joined.body.status).toBe('waiting');
    await abortAllDurableObjects();
    const position = await ask<{ status: string }>('GET', `/api/queue/position/${id}`, { token });
    expect(position.body.status).toBe('waiting');
    expect(await phaseOf(id)).toEqual(['paused', 'paused']);
    const over = { requestId: freshId(), reason: 'The stage is ready.' };
    expect((await organise('POST', `${id}/resume`, over)).body).toEqual({ paused: false });
    const { body } = await organise<Audit>('GET', `${id}/audit`);
    expect(body).toMatchObject({
      actions: [
        { number: 2, action: 'resume', accountId: DEMO_ORGANISER.id, reason: over.reason },
        { number: 1, action: 'pause', accountId: DEMO_ORGANISER.id, reason, subject: id },
      ],
      before: null,
    });
  });

  it('asked again change nothing and leave no second trace; another command with the id is refused', async () => {
    const id = await freshSale();
    const command = { requestId: freshId(), reason };
    await organise('POST', `${id}/pause`, command);
    await organise('POST', `${id}/resume`, { requestId: freshId(), reason });
    // A late repeat of the pause must not pause again.
    expect((await organise('POST', `${id}/pause`, command)).status).toBe(200);
    expect((await phaseOf(id))[0]).toBe('open');
    const reused = await organise<{ code: string }>('POST', `${id}/resume`, command);
    expect([reused.status, reused.body.code]).toEqual([409, 'request_reused']);
    const { body } = await organise<Audit>('GET', `${id}/audit`);
    expect(body.actions.map((row) => row.action)).toEqual(['resume', 'pause']);
  });
});

interface Plan {
  planVersion: number;
  plan: { version: number; sections: SectionSpec[] };
}

interface SeatList {
  planVersion: number;
  seats: { id: string; status: string }[];
}

describe('another plan while the sale is on (failure case F10)', () => {
  const change = (id: string, over: object = {}) =>
    organise<{ code: string; detail: string; seatIds?: string[]; planVersion?: number }>(
      'PUT',
      `${id}/plan`,
      {
        requestId: freshId(),
        reason: 'The camera stand moves.',
        sections: concert.plan.sections,
        categories: concert.categories,
        ...over,
      },
    );
  const seatsOf = async (id: string) =>
    (await ask<SeatList>('GET', `/api/inventory/events/${id}/seats`)).body;

  it('is refused with the seats that are missing, and else sold at once, everywhere, also after a crash', async () => {
    const id = await freshSale();
    const [first, ...others] = concert.plan.sections;
    const [mine = ''] = expandPlan(concert.plan).map((seat) => seat.id);
    const token = await tokenOf(25);
    const admission = await admit(token, id);
    const held = await ask<{ holdId: string; total: object }>('POST', '/api/inventory/lock-seats', {
      token,
      headers: { 'x-admission-token': admission },
      body: { eventId: id, seatIds: [mine], requestId: freshId() },
    });
    expect(held.status).toBe(201);
    const planBefore = (await seatsOf(id)).planVersion;

    const refused = await change(id, { sections: others });
    expect([refused.status, refused.body.code, refused.body.seatIds]).toEqual([
      409,
      'plan_seats_missing',
      [mine],
    ]);
    expect((await seatsOf(id)).planVersion).toBe(planBefore);

    const extra = { ...first, id: 'NEW', name: 'New block' };
    const dearer = concert.categories.map((band) => ({
      ...band,
      price: { ...band.price, amount: band.price.amount + 100 },
    }));
    const requestId = freshId();
    const wanted = { requestId, sections: [extra, ...others, first], categories: dearer };
    const done = await change(id, wanted);
    expect(done.status).toBe(200);
    const version = done.body.planVersion ?? 0;
    expect(version).toBeGreaterThan(planBefore);
    expect(await change(id, wanted)).toMatchObject({ status: 200, body: { planVersion: version } });
    expect((await change(id, { requestId })).body.code).toBe('request_reused');

    const check = async () => {
      const list = await seatsOf(id);
      expect(list.planVersion).toBe(version);
      const odd = list.seats.filter((seat) => seat.status !== 'available');
      expect(odd).toMatchObject([{ id: mine, status: 'held' }]);
      expect(list.seats[0]?.id).toMatch(/^NEW-/);
      const path = `/api/inventory/events/${id}/seats?part=plan&version=${version}`;
      const plan = await ask<Plan>('GET', path);
      expect(plan.body).toMatchObject({ planVersion: version, plan: { version } });
      expect(plan.headers.get('cache-control')).toContain('immutable');
    };
    await check();
    await abortAllDurableObjects();
    await check();
    const booked = await ask<{ total: object }>('POST', '/api/booking/create', {
      token,
      body: { holdId: held.body.holdId },
    });
    expect(booked.body.total).toEqual(held.body.total);
    const { definition } = (await loadEvent(db, id as EventId)) ?? {};
    expect(definition?.plan.version).toBe(version);
    expect(definition?.categories.map((band) => band.price.amount)).toEqual(
      dearer.map((band) => band.price.amount),
    );
    const { body: audit } = await organise<Audit>('GET', `${id}/audit`);
    expect(audit.actions).toMatchObject([{ number: 1, action: 'plan', requestId }]);
  });

  const [first] = concert.plan.sections;
  const withSection = (over: object) => ({ sections: [{ ...first, ...over }] });
  it.each([
    [400, 'invalid_request', 'a section with a sign in its id', withSection({ id: 'A/B' })],
    [400, 'invalid_request', 'a row of no seats', withSection({ rows: [0] })],
    [400, 'invalid_request', 'half a seat', withSection({ rows: [1.5] })],
    [400, 'invalid_request', 'rows on top of each other', withSection({ rowGap: 0 })],
    [400, 'invalid_request', 'a shape nobody knows', withSection({ shape: 'star' })],
    [400, 'invalid_request', 'nothing', { sections: [] }],
    [400, 'invalid_request', 'a negative price', negative()],
    [422, 'plan_invalid', 'a price band that is not there', withSection({ categoryId: 'x' })],
    [422, 'plan_invalid', 'a section twice', { sections: [first, first] }],
  ])('answers %i %s to %s, and changes nothing', async (status, code, _, over) => {
    const answer = await change('coldplay-mumbai', over);
    expect([answer.status, answer.body.code]).toEqual([status, code]);
    const plan = await ask<Plan>('GET', '/api/inventory/events/coldplay-mumbai/seats?part=plan');
    expect(plan.body.planVersion).toBe(concert.plan.version);
  });

  function negative() {
    const [band] = concert.categories;
    return { categories: [{ ...band, price: { amount: -1, currency: 'INR' } }] };
  }
});

describe('the audit', () => {
  it('comes in pages, reaches Postgres once each, and cannot be changed in either place', async () => {
    const id = await freshSale();
    for (let n = 0; n < 101; n++)
      await organise('POST', `${id}/${n % 2 === 0 ? 'pause' : 'resume'}`, {
        requestId: freshId(),
        reason: `number ${n + 1}`,
      });
    const first = await organise<Audit>('GET', `${id}/audit`);
    expect(first.body.actions).toHaveLength(100);
    expect(first.body.before).toBe(2);
    const second = await organise<Audit>('GET', `${id}/audit?before=2`);
    expect(second.body.actions.map((row) => row.reason)).toEqual(['number 1']);
    expect(second.body.before).toBeNull();

    const { EVENT_SALE } = workerEnv;
    const stub = EVENT_SALE.get(EVENT_SALE.idFromName(id));
    await runInDurableObject(stub, (_, { storage }) => {
      expect(() => storage.sql.exec("UPDATE actions SET body = '{}'")).toThrow('append-only');
      expect(() => storage.sql.exec('DELETE FROM actions')).toThrow('append-only');
    });
    await expect
      .poll(() => db.select().from(auditLog).where(eq(auditLog.eventId, id)), { timeout: 5_000 })
      .toHaveLength(101);
    const [row] = await db.select().from(auditLog).where(eq(auditLog.eventId, id)).limit(1);
    expect(row).toMatchObject({
      actor: DEMO_ORGANISER.id,
      action: 'organiser.pause',
      subject: id,
      details: { why: 'number 1' },
    });
  });

  it.each(['before=0', 'before=x', 'before=1.5', 'before=-3'])('refuses ?%s', async (query) => {
    const answer = await organise<{ code: string }>('GET', `coldplay-mumbai/audit?${query}`);
    expect([answer.status, answer.body.code]).toEqual([400, 'invalid_request']);
  });
});

describe('an organiser whose role was taken away', () => {
  it('is refused with the next request, whatever the token says', async () => {
    const { id } = crowdAccount(24);
    const token = await organiserToken(id);
    const path = '/api/organiser/events/coldplay-mumbai/troubles';
    await db.update(users).set({ role: 'organiser' }).where(eq(users.id, id));
    expect((await ask('GET', path, { token })).status).toBe(200);
    await db.update(users).set({ role: 'fan' }).where(eq(users.id, id));
    expect((await ask('GET', path, { token })).status).toBe(403);
  });
});
