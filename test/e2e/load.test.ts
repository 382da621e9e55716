import { expect, test } from 'vitest';
import { LoadTest } from '../load/load-test.ts';
import { SMALL } from '../load/options.ts';

/** The long run, with ten thousand fans and figures, is `npm run test:load`. */
test('hundreds of live fans keep their places and the cursor through a SIGKILL to EventSale’s workerd and the leaves’, lost sockets and hostile ones', async () => {
  const { ledger, buyers, atOnce, outage, filed } = await LoadTest.run(SMALL);
  expect(ledger.contradictions).toEqual([]);
  expect([...ledger.problems]).toEqual([]);
  expect(ledger.untold()).toBe(0);
  expect(atOnce).toBe(SMALL.fans);
  expect(outage?.fans).toBeGreaterThan(100);
  expect(buyers.bought.length).toBe(SMALL.buyers);
  expect(filed).toBe(SMALL.buyers);
});
