import { expect, test } from 'vitest';
import { Broadcast } from '../../../durable-objects/waiting-room/broadcast.ts';

/** Six hundred who write down what they hear; `turn` lets what waits go on. */
function hall() {
  const heard = Array.from({ length: 600 }, (): string[] => []);
  const tasks: (() => void)[] = [];
  const broadcast = new Broadcast<string[]>(
    () => heard,
    (receiver, text) => receiver.push(text),
    (task) => tasks.push(task),
  );
  const turn = () => tasks.shift()?.();
  const count = (text: string) => heard.filter((texts) => texts.includes(text)).length;
  return { broadcast, heard, turn, count };
}

test('others have their turn between a text’s first receivers and its last', () => {
  const { broadcast, turn, count } = hall();
  broadcast.send('a');
  expect(count('a')).toBe(250);
  turn();
  expect(count('a')).toBe(500);
  turn();
  expect(count('a')).toBe(600);
});

test('a newer text takes the place of the one under way, and everybody ends with it', () => {
  const { broadcast, heard, turn } = hall();
  broadcast.send('a');
  broadcast.send('b');
  for (let turns = 0; turns < 10; turns++) turn();
  expect(heard[0]).toEqual(['a', 'b']);
  expect(heard.every((texts) => texts.at(-1) === 'b')).toBe(true);
  expect(heard.some((texts) => texts.indexOf('b') < texts.indexOf('a'))).toBe(false);
  expect(heard[599]).not.toContain('a');
});

test('those who come while a text is being sent hear the next', () => {
  const { broadcast, heard, turn } = hall();
  broadcast.send('a');
  const late: string[] = [];
  heard.push(late);
  for (let turns = 0; turns < 5; turns++) turn();
  expect(late).toEqual([]);
  broadcast.send('b');
  for (let turns = 0; turns < 5; turns++) turn();
  expect(late).toEqual(['b']);
});
