import { describe, expect, it } from 'vitest';
import { SEAL_MARGIN_MS } from '../../../durable-objects/core/fairness/drand.ts';
import { LineBook } from '../../sim/auditor/line-book.ts';
import { figuresOf, pictureOf } from '../../sim/big-report.ts';
import { runBig } from '../../sim/big-run.ts';
import { billOf, byGroup, idleUsd, total } from '../../sim/bill/bill.ts';
import { PRICES } from '../../sim/bill/prices.ts';
import { Meters, Wakefulness } from '../../sim/meters.ts';
import { optionsOf } from '../../sim/options.ts';

const FANS = 1_500;
const HOURS = 0.75;
const effort = { wallSeconds: 1, cpuSeconds: 1, peakMb: 1 };

describe('a big sale without faults, and its bill', () => {
  const running = runBig({ fans: FANS, hours: HOURS, seed: 1 });

  it('keeps every promise, and every figure of it its bar', async () => {
    const run = await running;
    const missed = figuresOf(run, effort).filter(({ ok }) => !ok);
    // A hall of 2,500 seats for 1,500 fans is not sold out.
    expect(missed.map(({ name }) => name)).toEqual(['sections sold out']);
    expect(run.world.auditor.line.tail).toBeGreaterThanOrEqual(FANS);
    expect(run.world.buyers.seatsBought).toBeGreaterThan(100);
    expect(pictureOf(run, 'a sale')).toContain('<svg');
  });

  it('counts every request that a fan, a leaf and a webhook make', async () => {
    const counts = new Map((await running).counts.counts);
    const at = (name: string): number => counts.get(name) ?? 0;
    // Each fan a page, and each tab another one.
    expect(at('Worker requests: page')).toBeGreaterThan(FANS);
    expect(at('Worker requests: page')).toBeLessThan(at('Worker requests: join'));
    expect(at('Worker requests: event')).toBe(at('Worker requests: page'));
    expect(at('Worker requests: join')).toBe(at('object requests: leaf join'));
    expect(at('rows written: leaf addBatch')).toBe(at('rows written: leaf setGrant'));
    expect(at('object requests: sale grantPlaces')).toBe(at('rows written: leaf addBatch'));
    expect(at('Worker requests: webhook')).toBe(at('Worker requests: confirm'));
  });

  it('is billed line by line at list prices', async () => {
    const { counts } = await running;
    const lines = billOf(counts, HOURS);
    const line = lines.find(({ name }) => name === 'page');
    const pages = new Map(counts.counts).get('Worker requests: page') ?? Number.NaN;
    expect(line?.usd).toBeCloseTo(pages * PRICES.workerRequest, 12);
    const sum = byGroup(lines).reduce((usd, group) => usd + group.usd, 0);
    expect(sum).toBeCloseTo(total(lines), 12);
  });

  it('is billed for the time in which objects cannot hibernate', async () => {
    const { counts } = await running;
    const [leaf] = counts.times.filter(({ kind }) => kind === 'leaves');
    const wholeMs = HOURS * 3_600_000;
    // One leaf, in memory from the first fan to the end; a tick a second takes ten milliseconds of it.
    expect(leaf?.awakeMs).toBeGreaterThan(wholeMs * 0.9);
    expect(leaf?.awakeMs).toBeLessThan(wholeMs * 1.1);
    expect(leaf?.activeMs).toBeGreaterThan(wholeMs * 0.01);
    expect(leaf?.activeMs).toBeLessThan(wholeMs * 0.25);
    const lines = billOf(counts, HOURS);
    const [duration] = lines.filter(({ name }) => name.endsWith('× leaves'));
    expect(duration?.quantity).toBeCloseTo(((leaf?.activeMs ?? 0) / 1_000) * 0.128, 9);
  });

  it('tells what all time in memory would cost', () => {
    const time = { kind: 'leaves', objects: 1, awakeMs: 3_600_000, activeMs: 600_000 };
    expect(idleUsd([time])).toBeCloseTo(3_000 * 0.128 * PRICES.objectGbSecond, 12);
  });
});

describe('a big sale whose lobby is drawn', () => {
  it('calls everybody in the order that its published record proves, in thin leaves as in real ones', async () => {
    const change = { lobby: 'draw', leaves: 8, realOf: 4 } as const;
    const run = await runBig({ fans: 1_200, hours: 0.6, seed: 1, change });
    const { draw, drawnAt, world } = run;
    expect(draw?.people).toBeGreaterThan(400);
    expect(draw?.findings.map(({ check, verdict }) => [check, verdict])).toEqual(
      ['chain', 'round', 'seal', 'beacon', 'secret', 'seed', 'admissions', 'gaps'].map((check) => [
        check,
        'holds',
      ]),
    );
    expect(drawnAt).toBeGreaterThan(SEAL_MARGIN_MS / 60_000);
    // Whoever came in first had come to the lobby at any time.
    expect(draw?.earlyShare).toBeGreaterThan(0.25);
    expect(draw?.earlyShare).toBeLessThan(0.75);
    expect(world.auditor.line.cursor).toBeGreaterThan(300);
    expect(world.buyers.bought).toBeGreaterThan(50);
    expect(figuresOf(run, effort).find(({ name }) => name.includes('record'))?.ok).toBe(true);
  });

  it('is judged by who was there at the opening, and drawn once', () => {
    const rules = { slots: 1, claimWindowMs: 1, graceMs: 1, sessionMs: 1 };
    const seed = 'A'.repeat(43);
    const book = new LineBook(rules);
    book.granted('leaf', 1, 0, 10, true);
    book.granted('leaf', 2, 10, 5, false);
    expect(() => book.drawn({ n: 15, seed })).toThrow('15 people were drawn, 10 were in the lobby');
    book.departed([3, 12]);
    book.drawn({ n: 10, seed });
    expect(book.isPresent(book.orderOf(3))).toBe(false);
    expect(book.isPresent(12)).toBe(false);
    expect([book.waiting(), book.peopleBetween(0, 10)]).toEqual([13, 9]);
    expect(() => book.drawn({ n: 10, seed: `B${seed.slice(1)}` })).toThrow('a second time');
  });
});

describe('an object’s time', () => {
  it('is billed while it runs and while something is under way, each moment once', () => {
    const wake = new Wakefulness();
    wake.note(0, 10);
    wake.note(5, 10);
    expect(wake.activeMs).toBe(15);
    wake.begin(100);
    wake.note(150, 10);
    wake.end(155);
    wake.note(1_000, 10);
    expect(wake.activeMs).toBe(15 + 60 + 10);
    expect(wake.idle).toBe(true);
  });
});

describe('counts', () => {
  it('of one name are one, however they were counted', () => {
    const meters = new Meters();
    meters.add('rows written: leaf addBatch', 2);
    meters.tally('rows written: leaf ').add('addBatch');
    meters.worker('page', 3);
    expect(meters.all()).toEqual([
      ['Redis commands', 3],
      ['Worker requests: page', 1],
      ['rows written: leaf addBatch', 3],
    ]);
    expect(meters.sum('rows written: ')).toBe(3);
    expect(meters.get('Redis commands')).toBe(3);
  });
});

describe('what the simulator is asked for', () => {
  it('is read from the command line, and nonsense is refused', () => {
    expect(optionsOf([])).toMatchObject({ fans: null, seeds: { first: 1, last: 300 } });
    expect(optionsOf(['--fans', '13000000', '--hours', '1.5'])).toMatchObject({
      fans: 13_000_000,
      hours: 1.5,
    });
    expect(optionsOf(['--seed', '7']).seeds).toEqual({ first: 7, last: 7 });
    expect(optionsOf(['--policy', 'draw']).policy).toBe('draw');
    expect(optionsOf(['--seeds', '5..9']).seeds).toEqual({ first: 5, last: 9 });
    for (const nonsense of [
      ['--policy', 'first'],
      ['--fans', '-1'],
      ['--fans', '1e6'],
      ['--seeds', '9..5'],
      ['--fan'],
    ])
      expect(() => optionsOf(nonsense)).toThrow(/must be|not seeds|Unknown option|ambiguous/);
  });
});
