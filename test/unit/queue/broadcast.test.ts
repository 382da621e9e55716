import { describe, expect, test } from 'vitest';
import { Broadcast } from '../../../durable-objects/waiting-room/broadcast.ts';

interface Listener {
  heard: number;
  texts: string[];
}

/** Six hundred who write down what they hear; `turn` lets what waits go on, `silence` passes without a newer text. */
function hall() {
  const listeners: Listener[] = [];
  const tasks: (() => void)[] = [];
  const timers: (() => void)[] = [];
  const broadcast = new Broadcast<Listener>(
    () => listeners,
    (receiver, text) => receiver.texts.push(text),
    (task, ms) => (ms === 0 ? tasks : timers).push(task),
  );
  const enter = () => {
    const listener = { ...broadcast.newcomer(), texts: [] };
    listeners.push(listener);
    return listener;
  };
  for (let n = 0; n < 600; n++) enter();
  const turn = () => tasks.shift()?.();
  const settle = () => {
    while (tasks.length > 0) turn();
  };
  const silence = () => {
    for (const timer of timers.splice(0)) timer();
    settle();
  };
  const count = (text: string) => listeners.filter(({ texts }) => texts.includes(text)).length;
  return { broadcast, listeners, enter, turn, settle, silence, count };
}

const all = () => true;

test('others have their turn between a text’s first receivers and its last', () => {
  const { broadcast, turn, count } = hall();
  broadcast.send('a');
  expect(count('a')).toBe(250);
  turn();
  expect(count('a')).toBe(500);
  turn();
  expect(count('a')).toBe(600);
});

test('a newer text takes the place of the one under way, and everybody ends with it, told once', () => {
  const { broadcast, listeners, settle } = hall();
  broadcast.send('a');
  broadcast.send('b');
  settle();
  expect(listeners[0]?.texts).toEqual(['a', 'b']);
  expect(listeners[599]?.texts).toEqual(['b']);
  expect(listeners.every(({ texts }) => texts.at(-1) === 'b')).toBe(true);
  expect(listeners.some(({ texts }) => new Set(texts).size < texts.length)).toBe(false);
});

test('those who come while a text is being sent hear the next', () => {
  const { broadcast, enter, settle } = hall();
  broadcast.send('a');
  const late = enter();
  settle();
  expect(late.texts).toEqual([]);
  broadcast.send('b');
  settle();
  expect(late.texts).toEqual(['b']);
});

describe('of those who may wait', () => {
  test('one half hears each text, in turns, and nobody misses two', () => {
    const { broadcast, listeners, settle, count } = hall();
    for (const text of ['a', 'b', 'c', 'd']) {
      broadcast.send(text, all);
      settle();
      expect(count(text)).toBe(300);
    }
    const heard = listeners.map(({ texts }) => texts.join(''));
    expect(new Set(heard)).toEqual(new Set(['ac', 'bd']));
  });

  test('those who were left out hear the last text when no newer one comes', () => {
    const { broadcast, settle, silence, count } = hall();
    broadcast.send('a', all);
    broadcast.send('b', all);
    settle();
    expect(count('b')).toBeLessThan(600);
    silence();
    expect(count('b')).toBe(600);
    silence();
    expect(count('b')).toBe(600);
  });

  test('everybody hears a text for which nobody may wait', () => {
    const { broadcast, listeners, settle, count } = hall();
    broadcast.send('a', all);
    settle();
    broadcast.send('b');
    settle();
    expect(count('b')).toBe(600);
    expect(listeners.every(({ texts }) => new Set(texts).size === texts.length)).toBe(true);
  });

  test('those who may not wait hear every text', () => {
    const { broadcast, listeners, settle } = hall();
    const [near] = listeners;
    for (const text of ['a', 'b', 'c']) {
      broadcast.send(text, (listener) => listener !== near);
      settle();
    }
    expect(near?.texts).toEqual(['a', 'b', 'c']);
  });
});
