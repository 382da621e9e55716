import { createHash } from 'node:crypto';
import { Hono } from 'hono';
import * as z from 'zod';
import { QUICKNET } from '../../durable-objects/core/fairness/drand.ts';
import { RECORDED_ROUNDS } from '../../durable-objects/core/fairness/recorded-rounds.ts';
import { serveStandin, type Listening, type StandinEnv } from '../standin/serve.ts';
import { createSwitches } from '../standin/switches.ts';

/** Default port of the stand-in for drand. */
export const DRAND_PORT = 8035;

const faults = z.object({
  /** Every round answers 503. */
  down: z.boolean().default(false),
  /** Every round answers 425, as one whose time has not come. */
  early: z.boolean().default(false),
  /** Every round answers with another round's signature, which does not verify. */
  forged: z.boolean().default(false),
});

/**
 * What a drand node answers at `/{chain hash}/public/{round}`, for the few real rounds that were recorded:
 * nobody can make up another one that verifies. Any other round, and any other chain, is 404.
 */
export async function startDrand(options: { readonly port: number }): Promise<Listening> {
  const switches = createSwitches(faults);
  const app = new Hono<StandinEnv>();
  app.route('/', switches.routes);
  app.get('/_standin/health', (c) => c.json({ ok: true }));

  app.get('/:chain/public/:round', (c) => {
    if (switches.current.down) return c.json({ error: 'Switched off.' }, 503);
    if (switches.current.early) return c.json({ error: 'Requested round is in the future' }, 425);
    const round = Number(c.req.param('round'));
    const known = RECORDED_ROUNDS.find((beacon) => beacon.round === round);
    if (c.req.param('chain') !== QUICKNET.chainHash || known === undefined) {
      return c.json({ error: 'Only recorded rounds are kept here.' }, 404);
    }
    const other = RECORDED_ROUNDS.find((beacon) => beacon.round !== round) ?? known;
    const { signature } = switches.current.forged ? other : known;
    const randomness = createHash('sha256').update(signature, 'hex').digest('hex');
    return c.json({ round, randomness, signature });
  });

  return serveStandin(app, options.port);
}
