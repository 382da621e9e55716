import { z } from 'zod';
import { LIMITS } from '../durable-objects/protocol/limits.ts';
import type { Randomness } from '../durable-objects/protocol/ports.ts';

const beacon = z.object({ round: z.int(), signature: z.string() });
/** What nodes answer for a round whose time has not come. */
const NOT_YET: readonly number[] = [404, 425];

/** Public randomness from a drand node's HTTP interface (docs.drand.love, `/{chain-hash}/public/{round}`). */
export function drandRandomness(apiBase: string): Randomness {
  return {
    async round({ chainHash, round }) {
      try {
        const answer = await fetch(`${apiBase}/${chainHash}/public/${round}`, {
          signal: AbortSignal.timeout(LIMITS.outsideCallMs),
        });
        if (NOT_YET.includes(answer.status)) {
          await answer.body?.cancel();
          return { ok: false, code: 'not_yet' };
        }
        const parsed = beacon.safeParse(answer.ok ? await answer.json() : null);
        return parsed.success
          ? { ok: true, beacon: parsed.data }
          : { ok: false, code: 'unavailable' };
      } catch {
        return { ok: false, code: 'unavailable' };
      }
    },
  };
}
