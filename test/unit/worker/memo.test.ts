import { expect, test } from 'vitest';
import { Memo } from '../../../worker/memo.ts';
import { handClock } from './hand-clock.ts';

const TIMES = { freshMs: () => 1_000, staleMs: 500, entriesMax: 2 };

function memoAndSource() {
  const clock = handClock();
  const memo = new Memo<string, string>(TIMES, clock);
  const ends: ((end: string | Error) => void)[] = [];
  const load = () =>
    new Promise<string>((resolve, reject) => {
      ends.push((end) => (typeof end === 'string' ? resolve(end) : reject(end)));
    });
  return { clock, memo, load, ends, get: (key = 'a') => memo.get(key, load) };
}

test('three hundred who ask in the same moment look once', async () => {
  const { clock, ends, get } = memoAndSource();
  const all = Array.from({ length: 300 }, () => get());
  await clock.pass(20);
  expect(ends.length).toBe(1);
  ends[0]?.('found');
  await clock.pass(100);
  expect(new Set(await Promise.all(all))).toEqual(new Set(['found']));
});

test('what was known is good enough for all but the one who looks again, for a while', async () => {
  const { clock, ends, get } = memoAndSource();
  const first = get();
  ends[0]?.('old');
  await first;
  await clock.pass(1_200);
  const looking = get();
  expect(await get()).toBe('old');
  expect(ends.length).toBe(2);
  await clock.pass(500);
  const waiting = get();
  ends[1]?.('new');
  await clock.pass(1_000);
  expect(await Promise.all([looking, waiting])).toEqual(['new', 'new']);
  expect(ends.length).toBe(2);
});

test('a look that fails leaves what was known, however old', async () => {
  const { clock, ends, get } = memoAndSource();
  const first = get();
  ends[0]?.('old');
  await first;
  await clock.pass(3_600_000);
  const answers = [get(), get()];
  ends[1]?.(new Error('away'));
  await clock.pass(100);
  expect(await Promise.all(answers)).toEqual(['old', 'old']);
});

test('where nothing is known a failure is for all who waited, and the next one looks again', async () => {
  const { clock, ends, get } = memoAndSource();
  const answers = [get(), get()].map((answer) => answer.catch(String));
  ends[0]?.(new Error('away'));
  await clock.pass(100);
  expect(await Promise.all(answers)).toEqual(['Error: away', 'Error: away']);
  const again = get();
  ends[1]?.('back');
  expect(await again).toBe('back');
});

test('should the request that looks be cut off, another looks', async () => {
  const { clock, ends, get } = memoAndSource();
  void get();
  const patient = get();
  await clock.pass(11_000);
  expect(ends.length).toBe(2);
  ends[1]?.('found');
  expect(await patient).toBe('found');
});

test('keys are apart, and more than fit make it forget', async () => {
  const { ends, get } = memoAndSource();
  for (const [index, key] of ['a', 'b', 'c', 'a'].entries()) {
    const answer = get(key);
    ends[index]?.(key);
    expect(await answer).toBe(key);
  }
  expect(ends.length).toBe(4);
});
