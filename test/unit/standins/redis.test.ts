import { Ratelimit } from '@upstash/ratelimit';
import { Redis } from '@upstash/redis';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { startRedis } from '../../../dev/redis/index.ts';
import type { Listening } from '../../../dev/standin/serve.ts';
import { billedAt } from '../../support/billed.ts';

let standin: Listening;
let redis: Redis;

beforeAll(async () => {
  standin = await startRedis({ port: 0, token: 'secret' });
  redis = new Redis({ url: standin.url, token: 'secret', enableTelemetry: false });
});

afterAll(() => standin.close());

beforeEach(() => redis.flushall());

/** Moves the one clock of stand-in and client, which are in this process. */
function passes(durationMs: number): void {
  vi.setSystemTime(Date.now() + durationMs);
}

// Only the date: requests need real timers.
beforeEach(() => void vi.useFakeTimers({ toFake: ['Date'] }));
afterEach(() => void vi.useRealTimers());

describe('the Upstash client', () => {
  it('reads back what it wrote, whatever the characters', async () => {
    await redis.set('text', 'Zoë ✓ "quoted"\n');
    await redis.set('status', 'OK');
    await redis.set('object', { places: [1, 2], name: 'नमस्ते' });
    await redis.hset('hash', { a: 1, b: 'two' });
    await redis.rpush('list', 'x', 'OK');
    await redis.zadd('set', { score: 2, member: 'b' }, { score: 1, member: 'a' });
    expect(await redis.get('text')).toBe('Zoë ✓ "quoted"\n');
    expect(await redis.get('status')).toBe('OK');
    expect(await redis.get('object')).toEqual({ places: [1, 2], name: 'नमस्ते' });
    expect(await redis.hgetall('hash')).toEqual({ a: 1, b: 'two' });
    expect(await redis.lrange('list', 0, -1)).toEqual(['x', 'OK']);
    expect(await redis.zrange('set', 0, -1)).toEqual(['a', 'b']);
    expect(await redis.get('missing')).toBeNull();
    expect(await redis.mget('status', 'missing')).toEqual(['OK', null]);
  });

  it('sets a key only when it is new', async () => {
    expect(await redis.set('lock', 'first', { nx: true, px: 60_000 })).toBe('OK');
    expect(await redis.set('lock', 'second', { nx: true })).toBeNull();
    expect(await redis.get('lock')).toBe('first');
  });

  it('puts a value in the place of another, for as long as it says, and hears the other', async () => {
    const swap = { xx: true, get: true, px: 100 } as const;
    expect(await redis.set('token', 'first', swap)).toBeNull();
    expect(await redis.exists('token')).toBe(0);
    await redis.set('token', 'first');
    expect(await redis.set('token', 'second', swap)).toBe('first');
    expect(await redis.pttl('token')).toBe(100);
    expect(await redis.getex('token', { px: 300 })).toBe('second');
    passes(299);
    expect(await redis.get('token')).toBe('second');
    passes(1);
    expect(await redis.get('token')).toBeNull();
  });

  it('sees a key vanish when its time is over, and not before', async () => {
    await redis.set('short', 'x', { px: 150 });
    await redis.set('long', 'x', { ex: 60 });
    passes(149);
    expect(await redis.get('short')).toBe('x');
    expect(await redis.pttl('short')).toBe(1);
    passes(1);
    expect(await redis.get('short')).toBeNull();
    expect(await redis.exists('short')).toBe(0);
    expect(await redis.exists('long')).toBe(1);
    expect(await redis.ttl('long')).toBeGreaterThan(50);
  });

  it('gets each result of a pipeline, and the error of the one that failed', async () => {
    const pipeline = redis.pipeline().set('n', 1).incr('n').evalsha('0'.repeat(40), [], []);
    const results = await pipeline.exec({ keepErrors: true });
    expect(results.map((entry) => entry.result)).toEqual(['OK', 2, undefined]);
    expect(results[2]?.error).toMatch(/^NOSCRIPT/);
  });

  it('runs transactions that nothing comes between', async () => {
    const runs = Array.from({ length: 30 }, () =>
      redis.multi().incr('pair').incr('pair').exec<[number, number]>(),
    );
    for (const [first, second] of await Promise.all(runs)) expect(second).toBe(first + 1);
    expect(await redis.get('pair')).toBe(60);
  });

  it('is refused with another token', async () => {
    const stranger = new Redis({ url: standin.url, token: 'guess', retry: false });
    await expect(stranger.get('x')).rejects.toThrow('Unauthorized');
  });

  it('is told about an unknown command', async () => {
    await expect(redis.exec(['nonsense'])).rejects.toThrow('unknown command');
    await expect(redis.exec(['definecommand', 'x'])).rejects.toThrow('unknown command');
  });
});

describe('scripts', () => {
  const script = '#!lua flags=allow-key-locking\nreturn redis.call("INCRBY", KEYS[1], ARGV[1])';

  it('are unknown by their hash until they ran once', async () => {
    const sha = '6a0c8f5d0c6d3d0f3c1ab5e6d2a36f14d3c1f1aa';
    await expect(redis.evalsha(sha, [], [])).rejects.toThrow('NOSCRIPT');
    const loaded = await redis.scriptLoad(script);
    expect(await redis.scriptExists(loaded, sha)).toEqual([1, 0]);
    expect(await redis.evalsha(loaded, ['n'], ['4'])).toBe(4);
    expect(await redis.eval(script, ['n'], ['3'])).toBe(7);
    await redis.scriptFlush();
    await expect(redis.evalsha(loaded, ['n'], ['1'])).rejects.toThrow('NOSCRIPT');
  });

  it('answer in the shapes of Redis', async () => {
    expect(await redis.eval('return {1, 2.9, "x", {false}}', [], [])).toEqual([1, 2, 'x', [null]]);
    expect(await redis.eval('return true', [], [])).toBe(1);
    expect(await redis.eval('return redis.call("GET", "missing")', [], [])).toBeNull();
  });

  it('are billed with each command in them, as Upstash does it', async () => {
    const before = await billedAt(standin.url);
    await redis.get('n');
    expect((await billedAt(standin.url)) - before).toBe(1);
    await redis.eval('redis.call("SET", KEYS[1], 1) return redis.call("GET", KEYS[1])', ['n'], []);
    expect((await billedAt(standin.url)) - before).toBe(1 + 3);
  });

  it('fail with a message', async () => {
    await expect(redis.eval('this is not Lua', [], [])).rejects.toThrow('ERR');
  });
});

describe('@upstash/ratelimit', () => {
  const limiters = {
    slidingWindow: Ratelimit.slidingWindow(5, '5 m'),
    fixedWindow: Ratelimit.fixedWindow(5, '5 m'),
    tokenBucket: Ratelimit.tokenBucket(5, '5 m', 5),
  };
  for (const [name, limiter] of Object.entries(limiters)) {
    it(`${name} lets five through and refuses the sixth, for each caller`, async () => {
      await redis.scriptFlush();
      const limit = new Ratelimit({ redis, limiter, prefix: name, ephemeralCache: false });
      for (let call = 1; call <= 5; call += 1) {
        expect(await limit.limit('fan-1')).toMatchObject({ success: true, remaining: 5 - call });
      }
      expect(await limit.limit('fan-1')).toMatchObject({ success: false, remaining: 0 });
      expect(await limit.limit('fan-2')).toMatchObject({ success: true, remaining: 4 });
    });
  }

  it('admits exactly five of forty calls at once', async () => {
    const limit = new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(5, '5 m'),
      ephemeralCache: false,
    });
    const answers = await Promise.all(Array.from({ length: 40 }, () => limit.limit('rush')));
    expect(answers.filter((answer) => answer.success)).toHaveLength(5);
  });

  it('lets the caller in again when the window is over', async () => {
    const limit = new Ratelimit({
      redis,
      limiter: Ratelimit.slidingWindow(1, '5 m'),
      ephemeralCache: false,
    });
    expect((await limit.limit('again')).success).toBe(true);
    expect((await limit.limit('again')).success).toBe(false);
    passes(10 * 60_000);
    expect((await limit.limit('again')).success).toBe(true);
  });
});

it('answers 503 while it is switched off', async () => {
  const switches = `${standin.url}/_standin/switches`;
  await fetch(switches, { method: 'PUT', body: '{"down":true}' });
  await expect(redis.get('x')).rejects.toThrow('switched off');
  await fetch(switches, { method: 'DELETE' });
  expect(await redis.get('x')).toBeNull();
});
