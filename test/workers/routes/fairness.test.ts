import { abortAllDurableObjects, runInDurableObject } from 'cloudflare:test';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { crowdAccount } from '../../../drizzle/demo-data.ts';
import { auditRecord } from '../../../durable-objects/core/fairness/audit.ts';
import { checkPlace } from '../../../durable-objects/core/fairness/check-place.ts';
import { drawOf } from '../../../durable-objects/core/fairness/draw.ts';
import { joinPages } from '../../../durable-objects/core/fairness/fairness-record.ts';
import type { FairnessRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import { REHEARSAL_ROUND } from '../../../durable-objects/core/fairness/recorded-rounds.ts';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import { saleOf } from '../../../durable-objects/stubs.ts';
import { createApp } from '../../../worker/app.ts';
import type { Event } from '../../../worker/schemas/events.ts';
import type { Position } from '../../../worker/schemas/queue.ts';
import { eventually } from '../../support/eventually.ts';
import { addSale } from '../../support/sale-fixture.ts';
import { sale } from '../waiting-room-support.ts';
import { ask, CONCERT, ORIGIN, tokenOf, workerEnv } from './support.ts';

const MINUTE = 60_000;
const FANS = Array.from({ length: 12 }, (_, n) => n + 100);

type OneEvent = Event & { draw: { commitment: string; round: number } | null };

async function page(eventId: string, from?: number): Promise<FairnessRecord> {
  const query = from === undefined ? '' : `?from=${from}`;
  const { status, body } = await ask<FairnessRecord>(
    'GET',
    `/api/events/${eventId}/fairness${query}`,
  );
  expect(status).toBe(200);
  return body;
}

/** The record as it is now, not as it was served a moment ago. */
async function freshRecord(eventId: string): Promise<FairnessRecord> {
  vi.setSystemTime(Date.now() + 6_000);
  return page(eventId);
}

async function join(fan: number, eventId: string): Promise<Position> {
  const answer = await ask<Position>('POST', '/api/queue/join', {
    token: await tokenOf(fan),
    body: { eventId },
  });
  expect(answer.status).toBe(200);
  return answer.body;
}

/** What fails in a record; nothing, if it is sound. */
function faults(record: FairnessRecord): string[] {
  return auditRecord(record, { rehearsal: true }).flatMap((finding) =>
    finding.verdict === 'fails' ? [`${finding.check}: ${finding.code}`] : [],
  );
}

afterEach(() => {
  vi.useRealTimers();
});

describe('the public record of a drawn sale', () => {
  it('is bound before anybody joins, and verifies to the last fan when the lobby was drawn', async () => {
    const eventId = 'drawn-event';
    await addSale(workerEnv.DATABASE_URL ?? '', eventId, {
      lobby: 'draw',
      drandRound: REHEARSAL_ROUND.round,
      opensInDays: 10 / (24 * 60),
    });
    const before = await page(eventId);
    expect(before).toMatchObject({
      policy: 'draw',
      length: 0,
      links: [],
      secret: null,
      seed: null,
    });
    const { body: event } = await ask<OneEvent>('GET', `/api/events/${eventId}`);
    expect(event.rules.lobby).toBe('draw');
    expect(event.draw).toMatchObject({
      commitment: before.commitment,
      round: REHEARSAL_ROUND.round,
    });

    const joined: Position[] = [];
    for (const fan of FANS) joined.push(await join(fan, eventId));
    expect(joined.map(({ status }) => status)).toEqual(FANS.map(() => 'lobby'));
    expect(faults(await freshRecord(eventId))).toEqual([]);

    vi.setSystemTime(before.opensAt + MINUTE);
    const drawn = await eventually(async () => {
      const record = await freshRecord(eventId);
      return record.seed === null ? undefined : record;
    });
    expect(drawn.commitment).toBe(before.commitment);
    expect(drawn.seal).toMatchObject({ lobbyCount: FANS.length });
    const order = drawOf(drawn.seed ?? '', FANS.length);
    const late = await join(150, eventId);
    expect(late.place).toBe(FANS.length);
    await abortAllDurableObjects();

    const record = await freshRecord(eventId);
    expect(record.seed).toBe(drawn.seed);
    for (const [index, fan] of FANS.entries()) {
      const { place = -1, ticket = '' } = joined[index] ?? {};
      const outcome = checkPlace(record, ticket, crowdAccount(fan).id as AccountId);
      expect(outcome).toMatchObject({ ok: true, place, order: order.orderOf(place) });
    }
    const findings = auditRecord(record, { rehearsal: true });
    expect(findings.map(({ verdict }) => verdict)).toEqual(findings.map(() => 'holds'));
    const forged = { ...record, links: record.links.map((link) => ({ ...link, at: link.at + 1 })) };
    expect(faults(forged)).not.toEqual([]);

    const { body: tick } = await ask<Tick>('GET', `/api/queue/status/${eventId}`);
    expect(tick).toMatchObject({ phase: 'open', draw: { n: FANS.length, seed: drawn.seed } });
    const [fan = 0] = FANS;
    const { body: position } = await ask<Position>('GET', `/api/queue/position/${eventId}`, {
      token: await tokenOf(fan),
    });
    expect(position).toMatchObject({ place: 0, order: order.orderOf(0), status: 'admitted' });
  }, 60_000);

  it('cannot be altered, not even by a mistake of ours', async () => {
    const eventId = 'kept-event';
    await addSale(workerEnv.DATABASE_URL ?? '', eventId, { opensInDays: 1 });
    await join(160, eventId);
    await runInDurableObject(sale(eventId), (_, state) => {
      const { sql } = state.storage;
      expect(() => sql.exec('UPDATE queue_links SET count = 2')).toThrow(/fixed/);
      expect(() => sql.exec('DELETE FROM queue_links')).toThrow(/kept/);
    });
    expect((await page(eventId)).links).toHaveLength(1);
  });
});

describe('the public record of a long sale', () => {
  const LINKS = 10;
  const whole = LIMITS.recordLinks;
  beforeAll(() => void Reflect.set(LIMITS, 'recordLinks', LINKS));
  afterAll(() => void Reflect.set(LIMITS, 'recordLinks', whole));

  const eventId = 'long-record' as EventId;
  const asked: number[] = [];
  /** The sale, which notes what it is asked for. */
  const noting = {
    idFromName: (name: string) => name,
    get: (name: string) => ({
      fairness: (request: { from: number }) => {
        asked.push(request.from);
        return saleOf(workerEnv, name as EventId).fairness(request);
      },
    }),
  };
  const env = { ...workerEnv, EVENT_SALE: noting as unknown as DurableObjectNamespace };

  async function read(from: number): Promise<{ page: FairnessRecord; cached: string | null }> {
    const path = `${ORIGIN}/api/events/${eventId}/fairness?from=${from}`;
    const answer = await createApp().request(path, {}, env);
    return { page: await answer.json(), cached: answer.headers.get('cache-control') };
  }

  /** As the site reads it. */
  async function readAll(): Promise<FairnessRecord> {
    const first = (await read(0)).page;
    const rest: FairnessRecord[] = [];
    for (let links = LINKS; links < (rest.at(-1) ?? first).length; links += LINKS)
      rest.push((await read(links)).page);
    return joinPages([first, ...rest]);
  }

  async function grant(from: number, to: number): Promise<void> {
    const child = `${eventId}/leaf/0`;
    for (let batch = from; batch < to; batch++)
      await saleOf(workerEnv, eventId).grantPlaces({
        child,
        batch,
        count: 2,
        root: 'A'.repeat(43),
      });
  }

  it('asks the sale once for what cannot change, and for whole pages only, wherever one reads', async () => {
    await addSale(workerEnv.DATABASE_URL ?? '', eventId);
    await grant(0, 25);
    const record = await readAll();
    expect(record.links).toHaveLength(25);
    expect(faults(record)).toEqual([]);
    for (const from of [7, 13, 19, 25, 29]) {
      const end = Math.ceil((from + 1) / LINKS) * LINKS;
      expect((await read(from)).page.links).toEqual(record.links.slice(from, end));
    }
    expect(asked).toEqual([0, 10, 20]);
    expect((await read(10)).cached).toBe('public, max-age=86400');
    expect((await read(20)).cached).toBe('public, max-age=5');

    await grant(25, 40);
    vi.setSystemTime(Date.now() + 6_000);
    const longer = await readAll();
    expect(longer.links).toHaveLength(40);
    expect(faults(longer)).toEqual([]);
    expect(asked).toEqual([0, 10, 20, 20, 30]);
    // More pages than an isolate remembers; the data centre still has what cannot change.
    for (let beyond = 100; beyond < 500; beyond += LINKS) await read(beyond);
    expect((await read(10)).page.links).toEqual(record.links.slice(10, 20));
    expect(asked.filter((from) => from < 40)).toEqual([0, 10, 20, 20, 30]);
  });
});

describe('the public record of any sale', () => {
  it('comes page by page, may be kept for some seconds, and refuses nonsense', async () => {
    await join(170, CONCERT);
    const whole = await page(CONCERT);
    expect(whole).toMatchObject({ policy: 'fifo', commitment: null, drand: null, seal: null });
    expect(whole.receiptKey).toMatch(/^[\w-]{43}$/);
    const rest = await page(CONCERT, whole.links.length);
    expect(rest.links).toEqual([]);
    expect(faults(joinPages([whole, rest]))).toEqual([]);
    const path = `/api/events/${CONCERT}/fairness`;
    expect((await ask('GET', path)).headers.get('cache-control')).toBe('public, max-age=5');
    for (const from of ['-1', 'x', '1.5', '99999999999', '1%20']) {
      const answer = await ask('GET', `${path}?from=${from}`);
      expect([from, answer.status, answer.body.code]).toEqual([from, 400, 'invalid_request']);
    }
    const unknown = await ask('GET', '/api/events/no-such-event/fairness');
    expect([unknown.status, unknown.body.code]).toEqual([404, 'event_not_found']);
    const { body: event } = await ask<OneEvent>('GET', `/api/events/${CONCERT}`);
    expect(event.draw).toBeNull();
  });
});
