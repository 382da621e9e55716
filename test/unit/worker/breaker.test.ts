import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Breaker, isBroken } from '../../../worker/breaker.ts';

beforeEach(() => vi.useFakeTimers());
afterEach(() => vi.useRealTimers());

class Service {
  calls = 0;
  up = false;

  async ask(): Promise<string> {
    this.calls += 1;
    if (!this.up) throw new Error('no answer');
    return 'fine';
  }
}

async function fail(breaker: Breaker, service: Service, times: number): Promise<void> {
  for (let i = 0; i < times; i++) await breaker.run(() => service.ask()).catch(() => undefined);
}

test('leaves a service alone that failed five times in a row, and tries it with one call after a pause', async () => {
  const service = new Service();
  const breaker = new Breaker();
  await fail(breaker, service, 4);
  expect(breaker.state).toBe('closed');
  await fail(breaker, service, 100);
  expect([service.calls, breaker.state]).toEqual([5, 'open']);

  service.up = true;
  vi.setSystemTime(Date.now() + 60_000);
  expect(await breaker.run(() => service.ask())).toBe('fine');
  expect(breaker.state).toBe('closed');
});

test('opens again when the probe fails', async () => {
  const service = new Service();
  const breaker = new Breaker();
  await fail(breaker, service, 5);
  vi.setSystemTime(Date.now() + 60_000);
  await fail(breaker, service, 10);
  expect([service.calls, breaker.state]).toEqual([6, 'open']);
});

test('an answer that says no is no outage', async () => {
  const service = new Service();
  const breaker = new Breaker(() => false);
  await fail(breaker, service, 20);
  expect([service.calls, breaker.state]).toEqual([20, 'closed']);
});

test('nobody waits for another’s probe, and a probe that is lost with its request is made anew', async () => {
  const service = new Service();
  const breaker = new Breaker();
  await fail(breaker, service, 5);
  vi.setSystemTime(Date.now() + 60_000);
  void breaker.run(() => new Promise<string>(() => {}));
  expect(breaker.state).toBe('probing');
  service.up = true;
  const refused: unknown = await breaker.run(() => service.ask()).catch((error: unknown) => error);
  expect(isBroken(refused)).toBe(true);
  vi.setSystemTime(Date.now() + 60_000);
  expect(await breaker.run(() => service.ask())).toBe('fine');
  expect(breaker.state).toBe('closed');
});
