import type { LoadAnswer, LoadRequest } from '../support/http-load.ts';
import type { LoadFan } from '../support/sale-fixture.ts';
import type { FanWorld } from './fan-world.ts';
import type { HttpPool } from './http-pool.ts';

/** How often a question that a crash has cut off is asked again, and how long after, ms. */
const TRIES = 20;
const PAUSE_MS = 250;

/** A question of a fan to the API. */
export function question(
  fan: LoadFan,
  method: LoadRequest['method'],
  path: string,
  body?: object,
  headers: Record<string, string> = {},
): LoadRequest {
  return {
    method,
    path,
    headers: {
      authorization: `Bearer ${fan.token}`,
      'content-type': 'application/json',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  };
}

/**
 * Asks, and asks again what was cut off while workerd was down. Null, and counted as an error, when the
 * answer is not one of `good`.
 */
export async function ask(
  world: Pick<FanWorld, 'ledger' | 'excused'>,
  pool: HttpPool,
  request: LoadRequest,
  good: readonly number[],
): Promise<LoadAnswer | null> {
  world.ledger.asked += 1;
  for (let attempt = 1; ; attempt++) {
    const answer = await pool.ask(request).catch(() => null);
    if (answer !== null && good.includes(answer.status)) return answer;
    if (!world.excused() || attempt === TRIES) {
      const path = request.path.split('/').slice(0, 4).join('/');
      world.ledger.failed(
        `${request.method} ${path}: ${answer === null ? 'lost' : problemOf(answer)}`,
      );
      return null;
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

function problemOf({ status, body }: LoadAnswer): string {
  const code = /"code":"(\w+)"/.exec(body)?.[1];
  return `${status} ${code ?? ''}`;
}
