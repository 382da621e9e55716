import { expect, test } from 'vitest';
import { Gather } from '../../../durable-objects/event-sale/gather.ts';

function byHand() {
  const planned: (() => void)[] = [];
  const gather = new Gather(2, (_, task) => planned.push(task));
  const endWindow = () => planned.shift()?.();
  return { gather, planned, endWindow };
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
  expect(planned).toHaveLength(1);
});

test('after a window in which nothing came, no timer is left and the next command runs at once', async () => {
  const { gather, planned, endWindow } = byHand();
  expect(await gather.run(() => 'a')).toBe('a');
  endWindow();
  expect(planned).toHaveLength(0);
  expect(await gather.run(() => 'b')).toBe('b');
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
