import { expect, test } from 'vitest';
import { Mailbox } from '../../../worker/mailbox.ts';
import { handClock } from './hand-clock.ts';

function postOffice() {
  const clock = handClock();
  const mailbox = new Mailbox<number, string>(clock);
  const calls: number[][] = [];
  const send = (requests: number[]) => {
    calls.push(requests);
    return Promise.resolve(requests.map((request) => `answer ${request}`));
  };
  return { clock, mailbox, calls, send };
}

test('the first request after a pause is sent at once, and those of the next window together', async () => {
  const { clock, mailbox, calls, send } = postOffice();
  const first = mailbox.ask(1, send);
  expect(calls).toEqual([[1]]);
  const others = [2, 3, 4].map((request) => mailbox.ask(request, send));
  await clock.pass(20);
  expect(calls).toEqual([[1], [2, 3, 4]]);
  expect(await Promise.all([first, ...others])).toEqual(
    [1, 2, 3, 4].map((request) => `answer ${request}`),
  );
});

test('a call that throws throws for everyone in it and for nobody else', async () => {
  const { clock, mailbox, send } = postOffice();
  await mailbox.ask(1, send);
  const broken = () => Promise.reject(new Error('the object is away'));
  const failed = [2, 3].map((request) => mailbox.ask(request, broken).catch(String));
  await clock.pass(20);
  expect(await Promise.all(failed)).toEqual([
    'Error: the object is away',
    'Error: the object is away',
  ]);
  expect(await mailbox.ask(4, send)).toBe('answer 4');
});

test('should the request that was to send be cut off before, another sends for all', async () => {
  const { clock, mailbox, calls, send } = postOffice();
  await mailbox.ask(1, send);
  const { sleep } = clock;
  clock.sleep = () => new Promise(() => undefined);
  const cutOff = mailbox.ask(2, send);
  clock.sleep = sleep;
  const patient = mailbox.ask(3, send);
  await clock.pass(100);
  expect(calls).toEqual([[1], [2, 3]]);
  expect(await patient).toBe('answer 3');
  void cutOff;
});

test('should the request that has sent be cut off before the answer, the others ask for themselves', async () => {
  const { clock, mailbox, calls, send } = postOffice();
  await mailbox.ask(1, send);
  const never = () => new Promise<string[]>(() => undefined);
  const cutOff = mailbox.ask(2, never);
  const patient = mailbox.ask(3, send);
  await clock.pass(9_000);
  expect(calls).toEqual([[1]]);
  await clock.pass(3_000);
  expect(await patient).toBe('answer 3');
  expect(calls).toEqual([[1], [3]]);
  void cutOff;
});

test('a clock that steps back makes nobody wait for it to come round again', async () => {
  const { clock, mailbox, calls, send } = postOffice();
  await mailbox.ask(1, send);
  const { now } = clock;
  clock.now = () => now() - 60_000;
  const late = [2, 3].map((request) => mailbox.ask(request, send));
  await clock.pass(50);
  expect(calls).toEqual([[1], [2, 3]]);
  expect(await Promise.all(late)).toEqual(['answer 2', 'answer 3']);
});

test('more than one call can carry is sent by the next who wakes', async () => {
  const { clock, mailbox, calls, send } = postOffice();
  await mailbox.ask(0, send);
  const many = Array.from({ length: 1_200 }, (_, index) => mailbox.ask(index + 1, send));
  await clock.pass(50);
  expect(calls.map((call) => call.length)).toEqual([1, 500, 500, 200]);
  expect((await Promise.all(many)).at(-1)).toBe('answer 1200');
});
