import { describe, expect, it } from 'vitest';
import { Entrants, INITIAL_TAKES, type TakeRate } from '../../../durable-objects/core/takers.ts';
import { Random } from '../../sim/random.ts';
import { account } from './sale-fixture.ts';

const SESSION_MS = 600_000;
const MEASURED: TakeRate = { takes: 0.8, chooseMs: 30_000, seatsEach: 2 };

function entrants(): Entrants {
  return new Entrants(() => SESSION_MS);
}

/** Two people a second for so many minutes, of whom so many take one to four seats after such a time. */
function crowd(minutes: number, takes: number, chooseMs: number): TakeRate {
  const random = new Random(1);
  const people = entrants();
  const takers: { at: number; fan: number }[] = [];
  let rate = INITIAL_TAKES;
  for (let second = 0; second < minutes * 60; second++) {
    const now = second * 1_000;
    for (const fan of [2 * second, 2 * second + 1]) {
      people.comes(account(fan), now);
      if (random.chance(takes)) takers.push({ at: now + random.exponential(chooseMs), fan });
    }
    for (const { at, fan } of takers)
      if (at <= now && at > now - 1_000) people.takes(account(fan), 1 + random.int(4), at);
    rate = people.measured(rate, now);
  }
  return rate;
}

describe('who of those inside takes seats', () => {
  it.each([
    [0.85, 25_000],
    [0.6, 90_000],
  ])('is measured long before anybody’s visit is over: %d after %d ms', (takes, chooseMs) => {
    const { seatsEach, ...rate } = crowd(6, takes, chooseMs);
    expect(rate.takes).toBeGreaterThan(takes - 0.06);
    expect(rate.takes).toBeLessThan(takes + 0.06);
    expect((rate.chooseMs ?? 0) / chooseMs).toBeGreaterThan(0.85);
    expect((rate.chooseMs ?? 0) / chooseMs).toBeLessThan(1.15);
    expect(seatsEach).toBeGreaterThan(2.3);
    expect(seatsEach).toBeLessThan(2.7);
  });

  it('is never taken for nearly everybody, nor for less than half of those who have just come', () => {
    expect(crowd(6, 1, 10_000).takes).toBe(0.98);
    const few = crowd(6, 0.1, 10_000);
    expect(few.takes).toBeLessThan(0.15);
    const people = entrants();
    for (let fan = 0; fan < 10; fan++) people.comes(account(fan), 0);
    expect(people.expected(few, 10, 0)).toBeCloseTo(5);
    expect(people.expected(few, 10, 60_000)).toBeLessThan(0.1);
  });

  it('is not concluded from a few, nor from the first minutes', () => {
    const people = entrants();
    for (let fan = 0; fan < 19; fan++) people.comes(account(fan), 0);
    people.takes(account(0), 4, 1_000);
    expect(people.measured(INITIAL_TAKES, 500_000)).toEqual(INITIAL_TAKES);
    people.comes(account(19), 100_000);
    expect(people.measured(INITIAL_TAKES, 149_000)).toEqual(INITIAL_TAKES);
    expect(people.measured(INITIAL_TAKES, 150_000).seatsEach).toBe(4);
  });

  it('is believed less of one who has looked round for long, and of nobody who has left', () => {
    const people = entrants();
    people.comes(account(1), 0);
    people.comes(account(2), 0);
    expect(people.expected(MEASURED, 2, 0)).toBeCloseTo(2 * 0.8);
    expect(people.expected(MEASURED, 2, 60_000)).toBeCloseTo(0.702, 2);
    expect(people.expected(MEASURED, 2, 400_000)).toBeLessThan(0.001);
    people.leaves(account(1));
    expect(people.expected(MEASURED, 1, 0)).toBeCloseTo(0.8);
    people.takes(account(2), 2, 1_000);
    expect(people.expected(MEASURED, 0, 1_000)).toBe(0);
  });

  it('is believed without doubt of one who has given seats up', () => {
    const people = entrants();
    people.comes(account(1), 0);
    people.takes(account(1), 2, 1_000);
    expect(people.expected(MEASURED, 1, 500_000)).toBe(1);
  });

  it('does not count those who hold seats after a restart, nor conclude anything from who is still there', () => {
    const people = entrants();
    for (let fan = 0; fan < 100; fan++) people.comes(account(fan), 0, false);
    people.takes(account(0), 1, 1_000);
    expect(people.expected(MEASURED, 40, 0)).toBeCloseTo(40 * 0.8);
    people.comes(account(100), 300_000);
    expect(people.expected(MEASURED, 1, 300_000)).toBeCloseTo(0.8);
    expect(people.measured(MEASURED, 300_000)).toEqual(MEASURED);
  });
});
