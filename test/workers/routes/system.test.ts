import { createScheduledController, runInDurableObject } from 'cloudflare:test';
import { describe, expect, it, vi } from 'vitest';
import type { EventId } from '../../../durable-objects/core/ids.ts';
import { NO_TALLY } from '../../../durable-objects/core/sale-tally.ts';
import type { WaitingRoomRpc } from '../../../durable-objects/protocol/queue-rpc.ts';
import { SqlQueueStore } from '../../../durable-objects/storage/queue-store.ts';
import { createApp } from '../../../worker/app.ts';
import { noteBooks } from '../../../worker/books.ts';
import type { Env } from '../../../worker/env.ts';
import type { Event } from '../../../worker/schemas/events.ts';
import type { PlanPart, Seats, StatusPart } from '../../../worker/schemas/inventory.ts';
import entry from '../../../worker/index.ts';
import { servicesOf } from '../../../worker/services.ts';
import { addSale } from '../../support/sale-fixture.ts';
import { sale } from '../waiting-room-support.ts';
import { freshSale } from './organiser-support.ts';
import { ask, CONCERT, ORIGIN, workerEnv } from './support.ts';

describe('public answers', () => {
  it('show the seeded events with prices, dates and the rules of the sale', async () => {
    const { body } = await ask<{ events: Event[] }>('GET', '/api/events');
    const concert = body.events.find((event) => event.id === CONCERT);
    expect(concert?.sale).toBe('on_sale');
    expect(concert?.categories.map(({ name, price }) => [name, price.amount])).toEqual([
      ['Silver', 250_000],
      ['Gold', 750_000],
      ['Platinum', 1_250_000],
      ['Standing', 500_000],
    ]);
    expect(concert?.rules.admission).toMatchObject({ batchSize: 50, everySeconds: 30 });
    const one = await ask<Event>('GET', `/api/events/${CONCERT}`);
    expect(one.body).toEqual({ ...concert, draw: null });
  });

  it('give a large plan in parts that fit together with the plain list', async () => {
    const path = '/api/inventory/events/stadium-final/seats';
    const plan = await ask<PlanPart>('GET', `${path}?part=plan&version=1`);
    const status = await ask<StatusPart>('GET', `${path}?part=status`);
    const plain = await ask<Seats>('GET', path);
    expect(plan.body.seatCount).toBe(60_000);
    expect(plan.headers.get('cache-control')).toContain('immutable');
    expect(plain.body.seats).toHaveLength(60_000);
    expect(atob(status.body.packed)).toHaveLength(15_000);
    const newest = await ask<PlanPart>('GET', `${path}?part=plan`);
    expect(newest.headers.get('cache-control')).not.toContain('immutable');
    const wrong = await ask('GET', `${path}?part=nonsense`);
    expect([wrong.status, wrong.body.code]).toEqual([400, 'invalid_request']);
  });

  it('serve the tick and its figures, cacheable for a second', async () => {
    const tick = await ask<{ type: string }>('GET', `/api/queue/status/${CONCERT}`);
    expect(tick.body.type).toBe('tick');
    expect(tick.headers.get('cache-control')).toBe('public, max-age=1');
    const stats = await ask<{ phase: string; updatedAt: string }>(
      'GET',
      `/api/queue/stats/${CONCERT}`,
    );
    expect(stats.body.phase).toBe('open');
    expect(Date.parse(stats.body.updatedAt)).toBeGreaterThan(0);
  });

  it('ask for the tick once for all who come together, and show the last one while its leaf is away', async () => {
    let asked = 0;
    let away = false;
    const rooms = {
      idFromName: (name: string) => workerEnv.WAITING_ROOM.idFromName(name),
      get: (id: DurableObjectId) => ({
        lastTick: () => {
          asked += 1;
          if (away) return Promise.reject(new Error('gone'));
          return (workerEnv.WAITING_ROOM.get(id) as unknown as WaitingRoomRpc).lastTick();
        },
      }),
    };
    const env = { ...workerEnv, WAITING_ROOM: rooms as unknown as DurableObjectNamespace };
    const status = () => createApp().request(`${ORIGIN}/api/queue/status/${CONCERT}`, {}, env);
    vi.setSystemTime(Date.now() + 60_000);
    const [first, ...others] = await Promise.all([status(), status(), status(), status()]);
    const tick = await first?.json();
    for (const other of others) expect(await other.json()).toEqual(tick);
    expect(asked).toBe(1);
    away = true;
    vi.setSystemTime(Date.now() + 60_000);
    const later = await status();
    expect([later.status, await later.json()]).toEqual([200, tick]);
    expect(asked).toBe(2);
    vi.useRealTimers();
  });

  it('tell the health of every part, the keys, the configuration, and no secret', async () => {
    const health = await ask<{ ok: boolean; breakers: object }>('GET', '/healthz');
    expect([health.status, health.body.ok]).toEqual([200, true]);
    const closed = { postgres: 'closed', redis: 'closed', stripe: 'closed' };
    expect(health.body.breakers).toEqual(closed);
    const jwks = await ask<{ keys: object[] }>('GET', '/.well-known/jwks.json');
    expect(jwks.body.keys).toHaveLength(2);
    expect(JSON.stringify(jwks.body)).not.toContain('"d"');
    const config = await ask('GET', '/api/config');
    expect(JSON.stringify(config.body)).toContain('pk_test_local');
    expect(JSON.stringify(config.body)).not.toMatch(/sk_test|whsec/);
  });

  it('document every route of the contract, on a page without scripts', async () => {
    const { body } = await ask<{ paths: Record<string, object> }>('GET', '/api/openapi.json');
    expect(Object.keys(body.paths)).toEqual(
      expect.arrayContaining([
        '/api/auth/register',
        '/api/auth/login',
        '/api/auth/refresh',
        '/api/auth/logout',
        '/api/auth/verify-email',
        '/api/auth/verify-email/resend',
        '/api/events',
        '/api/events/{eventId}',
        '/api/queue/join',
        '/api/queue/position/{eventId}',
        '/api/queue/leave/{eventId}',
        '/api/queue/stats/{eventId}',
        '/api/queue/status/{eventId}',
        '/api/inventory/events/{eventId}/seats',
        '/api/inventory/lock-seats',
        '/api/inventory/holds/{holdId}',
        '/api/inventory/holds/{holdId}/extend',
        '/api/booking/create',
        '/api/payment/create-intent',
        '/api/payment/confirm',
        '/api/bookings',
        '/api/bookings/{bookingId}',
        '/api/webhooks/stripe',
        '/healthz',
      ]),
    );
    const page = await ask<string>('GET', '/api/docs');
    expect(page.body).toContain('/api/inventory/lock-seats');
    expect(page.body).not.toContain('<script');
  });
});

describe('security headers', () => {
  it('lock data answers down and let pages run our script and the payment script only', async () => {
    const data = await ask('GET', '/api/events');
    expect(data.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(data.headers.get('x-content-type-options')).toBe('nosniff');
    const page = await ask('GET', '/api/docs');
    const policy = page.headers.get('content-security-policy') ?? '';
    expect(policy).toContain("script-src 'self' http://localhost:12111;");
    expect(policy).not.toContain("script-src 'self' 'unsafe-inline'");
    expect(policy).toContain(workerEnv.STRIPE_API_BASE);
    expect(policy).toContain('ws://localhost:8787');
  });
});

describe('production', () => {
  it('refuses to serve with local secrets, and says nothing of why', async () => {
    const env: Env = { ...workerEnv, ENVIRONMENT: 'production' };
    const response = await createApp().request(`${ORIGIN}/api/events`, {}, env);
    expect(response.status).toBe(503);
    const text = await response.text();
    expect(text).toContain('"unavailable"');
    expect(text).not.toContain('AUTH_SECRET');
  });
});

describe('the minute’s nudge', () => {
  it('reaches the sales that have opened without failing', async () => {
    const controller = createScheduledController({ scheduledTime: new Date() });
    await expect(entry.scheduled(controller, workerEnv)).resolves.toBeUndefined();
  });

  it('wakes leaves of a sale that opens in some minutes, each in its minute', async () => {
    const eventId = 'warmed-event';
    await addSale(workerEnv.DATABASE_URL ?? '', eventId, {
      leaves: 20,
      opensInDays: 5 / (24 * 60),
    });
    // An environment of its own has its own memory of the catalogue.
    const controller = createScheduledController({ scheduledTime: new Date() });
    await entry.scheduled(controller, { ...workerEnv });
    const children = await runInDurableObject(sale(eventId), (_, { storage }) =>
      new SqlQueueStore(storage.sql).children(),
    );
    expect(children).toEqual([`${eventId}/leaf/15`, `${eventId}/leaf/5`]);
  });

  it('keeps for /healthz since when the books of a sale differ, until they are the same again', async () => {
    // An environment of its own has its own memory of the last answer.
    const health = async () => {
      const answer = await createApp().request(`${ORIGIN}/healthz`, {}, { ...workerEnv });
      return { status: answer.status, ...(await answer.json<{ ok: boolean; books: object }>()) };
    };
    const at = Date.now() - 600_000;
    const drift = { at, object: NO_TALLY, postgres: NO_TALLY, unfiled: 0, explained: false };
    // Of its own: tests share Postgres, not their objects.
    const eventId = (await freshSale()) as EventId;
    await noteBooks(servicesOf(workerEnv), [{ eventId, drift }], Date.now());
    expect(await health()).toMatchObject({
      status: 503,
      ok: false,
      books: { ok: false, differing: 1, since: new Date(at).toISOString() },
    });
    const nudge = async () => {
      const controller = createScheduledController({ scheduledTime: new Date() });
      await entry.scheduled(controller, { ...workerEnv });
      const { status, ok, books } = await health();
      return { status, ok, books };
    };
    await expect.poll(nudge, { timeout: 10_000 }).toMatchObject({
      status: 200,
      ok: true,
      books: { ok: true, differing: 0, since: null, comparedAt: expect.any(String) },
    });
  });
});
