import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { eq } from 'drizzle-orm';
import { describe, expect, it } from 'vitest';
import { crowdAccount, DEMO_ORGANISER } from '../../../drizzle/demo-data.ts';
import { auditLog, users } from '../../../drizzle/schema.ts';
import { concertPlan } from '../../../durable-objects/core/plan-samples.ts';
import { createApp } from '../../../worker/app.ts';
import { databaseAt } from '../../../worker/db/database.ts';
import { freshSale, organise, organiserToken } from './organiser-support.ts';
import type { Audit } from './organiser-support.ts';
import { ask, freshId, ORIGIN, tokenOf, workerEnv } from './support.ts';

const concert = concertPlan();
const db = databaseAt(workerEnv.DATABASE_URL ?? '');
const reason = 'The stage crew asked for ten minutes.';

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
  [
    'POST',
    'orders/book_coldplay-mumbai_aaaaaaaaaaaa/refund',
    { requestId: 'request-0001', reason },
  ],
  ['GET', 'summary'],
  ['GET', 'drift'],
  ['GET', 'seats/S1-A-1/history'],
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

describe('when Postgres is down', () => {
  it('a sale can be paused all the same, and what was done is filed once it is back', async () => {
    const id = await freshSale();
    // The sale has met its event before.
    await organise('GET', `${id}/summary`);
    // Not Postgres at all; the shared stand-in must stay up for the other test files.
    const { host } = new URL(workerEnv.MAIL_API_BASE ?? '');
    const env = { ...workerEnv, DATABASE_URL: `postgresql://x:x@${host}/x` };
    const token = await organiserToken();
    const post = (path: string, bearer: string) =>
      createApp().request(
        `${ORIGIN}/api/organiser/events/${path}`,
        {
          method: 'POST',
          headers: { authorization: `Bearer ${bearer}`, 'content-type': 'application/json' },
          body: JSON.stringify({ requestId: freshId(), reason }),
        },
        env,
      );
    expect((await post(`${id}/pause`, token)).status).toBe(200);
    expect((await post(`${id}/pause`, await tokenOf(29))).status).toBe(403);
    const { body } = await organise<{ paused: boolean }>('GET', `${id}/summary`);
    expect(body.paused).toBe(true);
    await expect
      .poll(() => db.select().from(auditLog).where(eq(auditLog.eventId, id)), { timeout: 5_000 })
      .toHaveLength(1);
  });
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
    const rows = await db.select().from(auditLog).where(eq(auditLog.eventId, id));
    expect(new Set(rows.map((row) => row.details['requestId'])).size).toBe(101);
    expect(rows.find((row) => row.details['why'] === 'number 1')).toMatchObject({
      actor: DEMO_ORGANISER.id,
      action: 'organiser.pause',
      subject: id,
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
