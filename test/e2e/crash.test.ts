import { expect, test } from 'vitest';
import { crashRun } from '../crash/crash-run.ts';

/** The long run is `npm run test:crash`. */
test('buyers, object, Postgres and Stripe agree after workerd and stand-ins were killed in the middle of a sale', async () => {
  const seed = Date.now() % 1_000_000;
  const run = await crashRun({ kills: 4, buyers: 40, patienceMs: 9_000, seed });
  const confirmed = run.books.orders.filter((order) => order.status === 'confirmed');
  expect({ seed, differences: run.differences }).toEqual({ seed, differences: [] });
  expect(confirmed.length).toBeGreaterThan(5);
  const back = run.books.orders.filter(({ refunds }) => refunds.length > 0);
  expect(back.length).toBeGreaterThan(0);
});
