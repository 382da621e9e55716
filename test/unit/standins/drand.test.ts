import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDrand } from '../../../dev/drand/index.ts';
import type { Listening } from '../../../dev/standin/serve.ts';
import { QUICKNET, verifyBeacon } from '../../../durable-objects/core/fairness/drand.ts';
import { RECORDED_ROUNDS } from '../../../durable-objects/core/fairness/recorded-rounds.ts';
import { drandRandomness } from '../../../worker/randomness.ts';

const { chainHash } = QUICKNET;
const [{ round }] = RECORDED_ROUNDS;
let drand: Listening;

beforeAll(async () => {
  drand = await startDrand({ port: 0 });
});
afterAll(() => drand.close());

async function switchTo(faults: object): Promise<void> {
  await fetch(`${drand.url}/_standin/switches`, { method: 'DELETE' });
  const body = JSON.stringify(faults);
  const answer = await fetch(`${drand.url}/_standin/switches`, { method: 'PUT', body });
  expect(answer.status).toBe(200);
}

describe('public randomness, asked of what stands in for drand', () => {
  it('is a round that verifies, with the randomness that follows from it', async () => {
    for (const beacon of RECORDED_ROUNDS) {
      const answer = await drandRandomness(drand.url).round({ chainHash, round: beacon.round });
      expect(answer).toEqual({ ok: true, beacon });
    }
    const body: unknown = await (await fetch(`${drand.url}/${chainHash}/public/${round}`)).json();
    const verified = verifyBeacon(RECORDED_ROUNDS[0], QUICKNET);
    expect(body).toMatchObject({ randomness: verified.ok ? verified.randomness : null });
  });

  it('is not there for a round whose time has not come, or that was not recorded', async () => {
    await switchTo({ early: true });
    const { round: ask } = drandRandomness(drand.url);
    expect(await ask({ chainHash, round })).toEqual({ ok: false, code: 'not_yet' });
    await switchTo({});
    expect(await ask({ chainHash, round: 5 })).toEqual({ ok: false, code: 'not_yet' });
    const otherChain = 'f'.repeat(64);
    expect(await ask({ chainHash: otherChain, round })).toEqual({ ok: false, code: 'not_yet' });
  });

  it('is unavailable, not an exception, when the node fails, talks nonsense or is gone', async () => {
    await switchTo({ down: true });
    const { round: ask } = drandRandomness(drand.url);
    expect(await ask({ chainHash, round })).toEqual({ ok: false, code: 'unavailable' });
    await switchTo({});
    const nonsense = drandRandomness(`${drand.url}/_standin/health#`);
    expect(await nonsense.round({ chainHash, round })).toMatchObject({ code: 'unavailable' });
    const gone = drandRandomness('http://127.0.0.1:9');
    expect(await gone.round({ chainHash, round })).toEqual({ ok: false, code: 'unavailable' });
  });

  it('is passed on even when forged: whoever asked verifies it', async () => {
    await switchTo({ forged: true });
    const answer = await drandRandomness(drand.url).round({ chainHash, round });
    expect(answer.ok && verifyBeacon(answer.beacon, QUICKNET)).toMatchObject({
      code: 'not_signed',
    });
    await switchTo({});
  });
});
