import { describe, expect, it } from 'vitest';
import type { SeatCommit } from '../../../durable-objects/storage/seat-records.ts';
import { changed } from '../../sim/changed.ts';
import { runDeep } from '../../sim/deep.ts';
import { FAULTS } from '../../sim/faults.ts';
import { keptSeeds } from '../../sim/kept-seeds.ts';
import { MONEY_FAULTS } from '../../sim/money/money-faults.ts';
import { MoneyWorld, type MoneyTampering } from '../../sim/money/money-world.ts';
import { Random } from '../../sim/random.ts';

/** Seeds of each run of the tests; `npm run sim -- --deep` goes on for an hour. */
const SEEDS = { first: 1, last: Number(process.env['MONEY_SEEDS'] ?? 2_000) };
describe('seats and money, whatever goes wrong', () => {
  it('end as they should, by the books of buyers, Stripe and Postgres', async () => {
    const runs = await runDeep({ seeds: SEEDS, minutes: 10, jobs: 1, onRun: () => undefined });
    expect(runs.seeds).toBe(SEEDS.last);
    expect(runs.failed).toEqual([]);
    console.log(`ends: ${JSON.stringify(runs.ends)}`);
    // The runs did some work: every fault happened, and every way an order can go was gone.
    const others = FAULTS.filter((fault) => fault !== 'evicted' && fault !== 'socket lost');
    expect([...MONEY_FAULTS, ...others].filter((fault) => !runs.faults[fault])).toEqual([]);
    for (const stage of ['confirmed', 'expired', 'cancelled', 'offered', 'refunded'])
      expect(runs.ends[stage]).toBeGreaterThan(0);
  }, 240_000);

  it.each(keptSeeds('money'))('keeps what seed %i once broke', async (seed) => {
    await expect(new MoneyWorld(seed).run()).resolves.toBeUndefined();
  });
});

/** What a commit stores, changed by chance. */
function lossy(change: (commit: SeatCommit) => SeatCommit): MoneyTampering {
  const random = new Random(1);
  return {
    store: (store) =>
      changed(store, {
        commit: (commit) => store.commit(random.chance(0.3) ? change(commit) : commit),
      }),
  };
}

const BUGS: { bug: string; words: RegExp; tampering: MoneyTampering }[] = [
  {
    bug: 'a refund is asked for without its key',
    words: /went back|refunded \d times|gives back more/,
    tampering: {
      payments: (payments) => {
        let asked = 0;
        return changed(payments, {
          refund: (request) =>
            payments.refund({ ...request, refundId: `${request.refundId}-${++asked}` }),
        });
      },
    },
  },
  {
    bug: 'seats are released before the intent is canceled',
    words: /its intent is still/,
    tampering: {
      payments: (payments) =>
        changed(payments, {
          cancelIntent: async () => ({ ok: true, intent: { state: 'canceled' } }),
        }),
    },
  },
  {
    bug: 'an intent that was not paid is taken for paid',
    words: /confirmed without money/,
    tampering: {
      payments: (payments, stripe) =>
        changed(payments, {
          retrieveIntent: async (intentId) => {
            const answer = await payments.retrieveIntent(intentId);
            const total = stripe.intents.get(intentId)?.total;
            if (!answer.ok || total === undefined) return answer;
            return { ...answer, intent: { state: 'succeeded', amountReceived: total } };
          },
        }),
    },
  },
  {
    bug: 'what is to be filed is lost on the way to the store',
    words: /never filed|was filed 0 times|mails of/,
    tampering: lossy((commit) => ({ ...commit, outbox: [] })),
  },
  {
    bug: 'seats are not stored with their order',
    words: /seat \d+ is \d of|two owners|shows \d, not \d|promised to/,
    tampering: lossy((commit) => ({ ...commit, seats: [] })),
  },
  {
    bug: 'bookings are taken for filed that Postgres never wrote',
    words: /was filed 0 times/,
    tampering: { filing: (filing) => changed(filing, { file: async () => ({ refused: [] }) }) },
  },
  {
    bug: 'a question is never answered',
    words: /nobody answered/,
    tampering: {
      payments: (payments) =>
        changed(payments, { createIntent: () => new Promise(() => undefined) }),
    },
  },
  {
    bug: 'an intent is cancelled only when that was asked for thirty times',
    words: /took [\d.]+ minutes to end/,
    tampering: {
      payments: (payments) => {
        const asked = new Map<string, number>();
        return changed(payments, {
          cancelIntent: async (intentId) => {
            const times = (asked.get(intentId) ?? 0) + 1;
            asked.set(intentId, times);
            if (times >= 30) return payments.cancelIntent(intentId);
            return { ok: true, intent: { state: 'processing' } };
          },
        });
      },
    },
  },
  {
    bug: 'orders are not stored with their seats',
    words: /seat \d+ is \d of|two owners|shows \d, not \d|promised to/,
    tampering: lossy((commit) => ({ ...commit, orders: [] })),
  },
];

describe('the auditors of seats and money', () => {
  it.each(BUGS)('see it when $bug', async ({ words, tampering }) => {
    const found: string[] = [];
    for (let seed = 1; seed <= 60 && found.length === 0; seed++)
      await new MoneyWorld(seed, tampering)
        .run()
        .catch((error: unknown) => found.push(String(error)));
    expect(found[0]).toMatch(words);
  });
});
