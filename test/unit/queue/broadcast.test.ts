import { describe, expect, test } from 'vitest';
import { Broadcast } from '../../../durable-objects/waiting-room/broadcast.ts';

interface Listener {
  told: number;
  toldAt: number;
  texts: string[];
}

/** Six hundred who write down what they hear; `turn` lets what waits go on, `silence` passes without a newer text. */
function hall() {
  const listeners: Listener[] = [];
  const tasks: (() => void)[] = [];
  const timers: (() => void)[] = [];
  const time = { now: 0 };
  const broadcast = new Broadcast<Listener>(
    () => listeners,
    (receiver, text) => receiver.texts.push(text),
    { now: () => time.now, later: (task, ms) => void (ms === 0 ? tasks : timers).push(task) },
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
  /** A second passes. */
  const second = () => {
    settle();
    time.now += 1_000;
  };
  const silence = () => {
    time.now += 1_200;
    for (const timer of timers.splice(0)) timer();
    settle();
  };
  const count = (text: string) => listeners.filter(({ texts }) => texts.includes(text)).length;
  return { broadcast, listeners, enter, turn, settle, second, silence, time, count };
}

const all = () => true;

test('others have their turn between a text’s first receivers and its last', () => {
  const { broadcast, turn, count } = hall();
  broadcast.send(() => 'a');
  expect(count('a')).toBe(250);
  turn();
  expect(count('a')).toBe(500);
  turn();
  expect(count('a')).toBe(600);
});

test('a newer text takes the place of the one under way, and everybody ends with it, told once', () => {
  const { broadcast, listeners, settle } = hall();
  broadcast.send(() => 'a');
  broadcast.send(() => 'b');
  settle();
  expect(listeners[0]?.texts).toEqual(['a', 'b']);
  expect(listeners[599]?.texts).toEqual(['b']);
  expect(listeners.every(({ texts }) => texts.at(-1) === 'b')).toBe(true);
  expect(listeners.some(({ texts }) => new Set(texts).size < texts.length)).toBe(false);
});

test('each hears the newest text that there is when it is their turn, also long after', () => {
  const { broadcast, count, turn, second, silence } = hall();
  let newest = 'a';
  broadcast.send(() => newest);
  newest = 'b';
  turn();
  turn();
  expect([count('a'), count('b')]).toEqual([250, 350]);
  second();
  newest = 'c';
  broadcast.send(() => newest, all);
  newest = 'd';
  silence();
  expect([count('c'), count('d')]).toEqual([0, 600]);
});

test('those who come while a text is being sent hear the next', () => {
  const { broadcast, enter, settle } = hall();
  broadcast.send(() => 'a');
  const late = enter();
  settle();
  expect(late.texts).toEqual([]);
  broadcast.send(() => 'b');
  settle();
  expect(late.texts).toEqual(['b']);
});

describe('of those who may wait', () => {
  test('one half hears each text, in turns, and nobody misses two', () => {
    const { broadcast, listeners, second, count } = hall();
    second();
    for (const text of ['a', 'b', 'c', 'd']) {
      broadcast.send(() => text, all);
      second();
      expect(count(text)).toBe(300);
    }
    const heard = listeners.map(({ texts }) => texts.join(''));
    expect(new Set(heard)).toEqual(new Set(['ac', 'bd']));
  });

  test('those who were left out hear the last text when no newer one comes', () => {
    const { broadcast, second, settle, silence, count } = hall();
    second();
    broadcast.send(() => 'a', all);
    second();
    broadcast.send(() => 'b', all);
    settle();
    expect(count('b')).toBeLessThan(600);
    silence();
    expect(count('b')).toBe(600);
    silence();
    expect(count('b')).toBe(600);
  });

  test('everybody hears a text for which nobody may wait', () => {
    const { broadcast, listeners, settle, count } = hall();
    broadcast.send(() => 'a', all);
    settle();
    broadcast.send(() => 'b');
    settle();
    expect(count('b')).toBe(600);
    expect(listeners.every(({ texts }) => new Set(texts).size === texts.length)).toBe(true);
  });

  test('those who may not wait hear every text', () => {
    const { broadcast, listeners, settle } = hall();
    const [near] = listeners;
    for (const text of ['a', 'b', 'c']) {
      broadcast.send(
        () => text,
        (listener) => listener !== near,
      );
      settle();
    }
    expect(near?.texts).toEqual(['a', 'b', 'c']);
  });

  test('nobody is left out where texts come or go round slowly, nor when the clock was set back', () => {
    const { broadcast, time, settle, count } = hall();
    for (const [text, passed] of [
      ['a', 1_900],
      ['b', 1_300],
      ['c', -50_000],
    ] as const) {
      time.now += passed;
      broadcast.send(() => text, all);
      settle();
      expect(count(text)).toBe(600);
    }
  });
});
