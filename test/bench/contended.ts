import { expandPlan, stadiumPlan } from '../../durable-objects/core/plan-geometry.ts';
import { runLoad } from '../support/http-load.ts';
import { addSale, loadFans } from '../support/sale-fixture.ts';
import { againstFloor } from './report.ts';
import type { Figure } from './report.ts';
import type { Stage } from './stage.ts';
import { admissionTokens, CONNECTIONS, post } from './steps.ts';

const BUYERS = 10_000;
/** Seats that all of them want. */
const WANTED = 100;
const EVENT = 'bench-contended';

/**
 * Ten thousand admitted buyers who all want the same hundred seats over HTTP, and then those who got none
 * each another: a refusal, with seats nearby, may not be slower than a lock. No seat has two holders.
 */
export async function contended(stage: Stage): Promise<Figure> {
  await addSale(stage.databaseUrl, EVENT, { stadium: true });
  const seats = expandPlan(stadiumPlan().plan);
  const fans = await loadFans(BUYERS, 350);
  const admissions = await admissionTokens(stage, EVENT, fans);
  const locks = async (buyers: readonly number[], wants: (buyer: number) => number) => {
    const requests = buyers.map((buyer) => {
      const seatIds = [seats[wants(buyer)]?.id];
      const body = { eventId: EVENT, seatIds, requestId: `contended-${buyer}-${wants(buyer)}` };
      const headers = { 'x-admission-token': admissions[buyer] ?? '' };
      return post('/api/inventory/lock-seats', fans[buyer]?.token ?? '', body, headers);
    });
    return runLoad(stage.product.port, requests, CONNECTIONS);
  };
  const everybody = fans.map((_, buyer) => buyer);
  const together = await locks(everybody, (buyer) => buyer % WANTED);
  const got = (buyer: number) => together.answers[buyer]?.status === 201;
  const refused = together.answers.filter((answer) => answer.status === 409).length;
  const holders = new Set(everybody.filter(got).map((buyer) => buyer % WANTED));
  if (holders.size !== WANTED || refused !== BUYERS - WANTED)
    throw new Error(`${holders.size} seats held, ${refused} of ${BUYERS} refused`);
  const losers = everybody.filter((buyer) => !got(buyer));
  const apart = await locks(losers, (buyer) => WANTED + buyer);
  const wrong = apart.answers.find((answer) => answer.status !== 201);
  if (wrong !== undefined) throw new Error(`${wrong.status}: ${wrong.body.slice(0, 300)}`);
  const { perSecond } = together;
  return againstFloor(
    'locks of the same 100 seats, HTTP',
    'locks/s',
    perSecond,
    apart.perSecond,
    1,
  );
}
