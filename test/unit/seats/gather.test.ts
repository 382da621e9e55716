import { expect, test } from 'vitest';
import { Gather } from '../../../durable-objects/event-sale/gather.ts';

function byHand() {
  let now = 1_000;
  const planned: (() => void)[] = [];
  const gather = new Gather(2, { now: () => now, later: (_, task) => planned.push(task) });
  const endWindow = () => {
    now += 2;
    planned.shift()?.();
  };
  const stepBack = () => (now -= 500);
  return { gather, planned, endWindow, stepBack };
}

test('the first command runs at once, those after it together and in order when the window ends', async () => {
  const { gather, planned, endWindow } = byHand();
  const ran: number[] = [];
  const first = gather.run(() => ran.push(1));
  const rest = [2, 3].map((name) => gather.run(() => ran.push(name)));
  expect(ran).toEqual([1]);
  endWindow();
  expect(ran).toEqual([1, 2, 3]);
  expect(await Promise.all([first, ...rest])).toEqual([1, 2, 3]);
  expect(planned).toHaveLength(0);
  const next = gather.run(() => ran.push(4));
  expect(ran).toEqual([1, 2, 3]);
  endWindow();
  expect(await next).toBe(4);
});

test('a window in which nothing comes sets no timer, and the next command runs at once', async () => {
  const { gather, planned, endWindow } = byHand();
  expect(await gather.run(() => 'a')).toBe('a');
  endWindow();
  expect(planned).toHaveLength(0);
  expect(await gather.run(() => 'b')).toBe('b');
});

test('a clock that steps back makes nobody wait for it to come round again', async () => {
  const { gather, stepBack, endWindow } = byHand();
  await gather.run(() => 'a');
  stepBack();
  const next = gather.run(() => 'b');
  endWindow();
  expect(await next).toBe('b');
});

test('a command that throws fails alone', async () => {
  const { gather, endWindow } = byHand();
  await gather.run(() => 'a');
  const bad = gather.run(() => {
    throw new Error('a bug');
  });
  const good = gather.run(() => 'c');
  endWindow();
  await expect(bad).rejects.toThrow('a bug');
  expect(await good).toBe('c');
});
