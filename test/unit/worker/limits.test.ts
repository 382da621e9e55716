import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import fc from 'fast-check';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../../dev/redis/index.ts';
import type { Listening } from '../../../dev/standin/serve.ts';
import { LIMITS } from '../../../durable-objects/protocol/limits.ts';
import { Limits } from '../../../worker/auth/limits.ts';
import { openRedis } from '../../../worker/auth/redis.ts';
import { billedAt } from '../../support/billed.ts';
import { everywhere } from '../../support/windows.ts';

const WINDOW = LIMITS.accountWindow;
const TOKEN = 'secret';
/** A window begins here. */
const BEGIN = Date.UTC(2026, 10, 28, 12);

let standin: Listening;

beforeAll(async () => {
  standin = await startRedis({ port: 0, token: TOKEN });
});
afterAll(() => standin.close());

// Only the date, which the stand-in's records and the library's windows follow: requests need real timers.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'], now: BEGIN }));
afterEach(() => void vi.useRealTimers());

/** Limits of an isolate that has heard nothing yet. */
function isolate(window = WINDOW, url = standin.url): Limits {
  return new Limits(openRedis({ url, token: TOKEN }), everywhere(window));
}

/** Whether a log-in to the account passes at BEGIN. */
const guess = (limits: Limits, key: string, right: boolean) =>
  limits.guess('login', key, async () => (right ? 'Ana' : null));

const fresh = () => crypto.randomUUID();
const times = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index));

describe('a use', () => {
  it('passes where @upstash/ratelimit lets it pass, with as many left, and is refused where that refuses', async () => {
    const redis = new Redis({ url: standin.url, token: TOKEN, enableTelemetry: false });
    const pauses = fc.array(fc.integer({ min: 0, max: WINDOW.windowMs / 4 }), {
      minLength: 12,
      maxLength: 25,
    });
    const seen = { passed: 0, refused: 0 };
    await fc.assert(
      fc.asyncProperty(pauses, async (gaps) => {
        const key = fresh();
        const library = new Ratelimit({
          redis,
          limiter: Ratelimit.slidingWindow(WINDOW.max, `${WINDOW.windowMs} ms`),
          ephemeralCache: false,
        });
        for (const gap of gaps) {
          vi.setSystemTime(Date.now() + gap);
          const theirs = await library.limit(key);
          // An isolate that remembers no refusal, as the library does not here.
          const ours = await isolate().take('booking', key, Date.now());
          expect(ours).toEqual({
            allowed: theirs.success,
            limit: WINDOW.max,
            remaining: Math.max(0, theirs.remaining),
            resetAt: theirs.reset,
          });
          seen[ours.allowed ? 'passed' : 'refused'] += 1;
        }
      }),
      { numRuns: 8, seed: 11 },
    );
    expect(Math.min(seen.passed, seen.refused)).toBeGreaterThan(20);
  });

  it('passes exactly five times of forty at once, over isolates', async () => {
    const key = fresh();
    const answers = await Promise.all(times(40, () => isolate().take('booking', key, BEGIN)));
    expect(answers.filter(({ allowed }) => allowed)).toHaveLength(WINDOW.max);
  });

  it('is given back, even when its window has ended meanwhile', async () => {
    const key = fresh();
    const limits = isolate();
    for (let use = 0; use < WINDOW.max; use++) await limits.take('payment', key, BEGIN);
    await limits.giveBack('payment', key, BEGIN);
    expect(await limits.take('payment', key, BEGIN)).toMatchObject({ allowed: true, remaining: 0 });
    const next = BEGIN + WINDOW.windowMs;
    await limits.giveBack('payment', key, next);
    expect((await isolate().take('payment', key, next)).allowed).toBe(true);
  });

  it('stays counted when a clock steps back behind it', async () => {
    const key = fresh();
    for (let use = 0; use < WINDOW.max; use++) await isolate().take('booking', key, BEGIN);
    expect((await isolate().take('booking', key, BEGIN - 1)).allowed).toBe(false);
    expect((await isolate().take('booking', key, BEGIN)).allowed).toBe(false);
  });

  it('is forgotten when the limit has other windows since', async () => {
    const key = fresh();
    const short = { max: WINDOW.max, windowMs: 60_000 };
    for (let use = 0; use < WINDOW.max; use++) await isolate(short).take('login', key, BEGIN);
    expect(await guess(isolate(), key, true)).toMatchObject({ answer: { remaining: 5 } });
    expect(await guess(isolate(), key, false)).toMatchObject({ answer: { remaining: 4 } });
    expect(await guess(isolate(short), key, true)).toMatchObject({ answer: { remaining: 5 } });
  });

  it('is refused by an isolate that has heard so without asking Redis, until the window ends', async () => {
    const key = fresh();
    const limits = isolate();
    for (let use = 0; use <= WINDOW.max; use++) await limits.take('booking', key, BEGIN);
    const before = await billedAt(standin.url);
    const end = BEGIN + WINDOW.windowMs;
    expect((await limits.take('booking', key, end - 1)).allowed).toBe(false);
    expect(await billedAt(standin.url)).toBe(before);
    expect((await limits.take('booking', key, end + 1)).allowed).toBe(true);
  });
});

describe('a limit that only failures use', () => {
  it('counts no right attempt, however many there are at once', async () => {
    const key = fresh();
    const right = await Promise.all(times(20, () => guess(isolate(), key, true)));
    expect(right.map(({ found }) => found)).toEqual(times(20, () => 'Ana'));
    expect((await guess(isolate(), key, true)).answer.remaining).toBe(WINDOW.max);
  });

  it('lets one in who mistyped four times, and keeps the four counted', async () => {
    const key = fresh();
    for (let i = 0; i < 4; i++) await guess(isolate(), key, false);
    expect((await guess(isolate(), key, true)).found).toBe('Ana');
    expect((await guess(isolate(), key, false)).answer.allowed).toBe(true);
    expect((await guess(isolate(), key, true)).found).toBeNull();
  });

  it('tells five of forty guesses at once that they are wrong, and the right one among the others nothing', async () => {
    const key = fresh();
    const answers = await Promise.all(times(40, (nth) => guess(isolate(), key, nth === 39)));
    expect(answers.filter(({ answer }) => answer.allowed)).toHaveLength(WINDOW.max);
    expect(answers[39]?.found).toBeNull();
  });

  it('answers right and wrong alike once it is used up', async () => {
    const key = fresh();
    for (let i = 0; i < WINDOW.max; i++) await guess(isolate(), key, false);
    vi.setSystemTime(BEGIN + WINDOW.windowMs / 2);
    const right = await guess(isolate(), key, true);
    expect(right).toEqual(await guess(isolate(), key, false));
    expect(right).toMatchObject({ answer: { allowed: false }, found: null });
  });

  it('makes no more attempts at once in an isolate than may fail, and none that it knows to be refused', async () => {
    const key = fresh();
    const limits = isolate();
    let made = 0;
    const wrong = () =>
      limits.guess('login', key, async () => {
        made += 1;
        return null;
      });
    const answers = await Promise.all(times(12, wrong));
    expect([made, answers.filter(({ answer }) => answer.allowed).length]).toEqual([5, 5]);
    await wrong();
    await wrong();
    expect(made).toBe(6);
  });

  it('forgets an attempt that broke down', async () => {
    const key = fresh();
    const limits = isolate();
    const broken = async () => {
      throw new Error('Postgres is away');
    };
    for (let i = 0; i <= WINDOW.max; i++)
      await expect(limits.guess('login', key, broken)).rejects.toThrow('away');
    expect((await guess(limits, key, true)).answer.remaining).toBe(WINDOW.max);
  });

  it('is kept by the isolate alone while Redis is away', async () => {
    const away = await startRedis({ port: 0, token: TOKEN });
    await away.close();
    const limits = isolate(WINDOW, away.url);
    const key = fresh();
    const answers = [];
    for (const right of [true, false, false, true, false, false, false, true, false])
      answers.push((await guess(limits, key, right)).answer.allowed);
    expect(answers).toEqual([true, true, true, true, true, true, true, false, false]);
  });
});
