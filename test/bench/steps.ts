import { runLoad } from '../support/http-load.ts';
import type { LoadAnswer, LoadRequest } from '../support/http-load.ts';
import { LiveCrowd } from '../support/live-load.ts';
import { addSale, liveTarget, loadFans } from '../support/sale-fixture.ts';
import type { LoadFan } from '../support/sale-fixture.ts';
import { median } from './report.ts';
import type { Stage } from './stage.ts';

const ROUNDS = [1, 2, 3, 4, 5];
/**
 * Connections of a load over HTTP, one request in flight on each. With half as many the machine idled a
 * quarter of the time (measured), which says how long an answer takes and not what one costs.
 */
export const CONNECTIONS = 256;

/** A POST with a bearer token and a JSON body. */
export function post(
  path: string,
  token: string,
  body: unknown,
  headers: Record<string, string> = {},
): LoadRequest {
  return {
    method: 'POST',
    path,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  };
}

/** Throws unless all answers have this status. */
export function mustAll(answers: readonly LoadAnswer[], status: number): void {
  const wrong = answers.find((answer) => answer.status !== status);
  if (wrong !== undefined)
    throw new Error(`expected ${status}, got ${wrong.status}: ${wrong.body.slice(0, 300)}`);
}

/** Runs ours and another in turns and takes the median of each, so that a slow minute hurts both. */
export async function inTurns(
  ours: (round: number) => Promise<number>,
  floor: (round: number) => Promise<number>,
): Promise<{ ours: number; floor: number }> {
  const taken = { ours: [] as number[], floor: [] as number[] };
  for (const round of ROUNDS) {
    taken.floor.push(await floor(round));
    taken.ours.push(await ours(round));
  }
  return { ours: median(taken.ours), floor: median(taken.floor) };
}

/** Live sockets of these fans, all welcome. */
export function crowdOf(stage: Stage, event: string, fans: readonly LoadFan[]): Promise<LiveCrowd> {
  return LiveCrowd.open(fans.map((fan) => liveTarget(stage.product.port, event, fan)));
}

/** Joins a new sale with as many fans over HTTP; joins a second. Each is told its place only when durable. */
export async function joinOverHttp(
  stage: Stage,
  event: string,
  { count, series }: { count: number; series: number },
): Promise<number> {
  await addSale(stage.databaseUrl, event, { opensInDays: 1 });
  const fans = await loadFans(count, series);
  const requests = fans.map((fan) => post('/api/queue/join', fan.token, { eventId: event }));
  const { answers, perSecond } = await runLoad(stage.product.port, requests, CONNECTIONS);
  mustAll(answers, 200);
  return perSecond;
}

/** Joins a new sale over as many open sockets, all at the same moment; joins a second. */
export async function joinLive(
  stage: Stage,
  event: string,
  { count, series }: { count: number; series: number },
): Promise<number> {
  await addSale(stage.databaseUrl, event, { opensInDays: 1 });
  const crowd = await crowdOf(stage, event, await loadFans(count, series));
  const ms = await crowd.until(
    () => crowd.sendAll('{"v":1,"type":"join"}'),
    (text) => text.includes('"type":"place"'),
  );
  crowd.close();
  return count / (ms / 1000);
}

/** Joins, waits until all are called, and takes each fan's admission token. */
export async function admissionTokens(
  stage: Stage,
  event: string,
  fans: readonly LoadFan[],
): Promise<string[]> {
  const joins = fans.map((fan) => post('/api/queue/join', fan.token, { eventId: event }));
  mustAll((await runLoad(stage.product.port, joins, CONNECTIONS)).answers, 200);
  await new Promise((resolve) => setTimeout(resolve, 2_500));
  const asks = fans.map((fan): LoadRequest => ({
    method: 'GET',
    path: `/api/queue/position/${event}`,
    headers: { authorization: `Bearer ${fan.token}` },
  }));
  const { answers } = await runLoad(stage.product.port, asks, CONNECTIONS);
  mustAll(answers, 200);
  return answers.map(
    (answer) => (JSON.parse(answer.body) as { admissionToken?: string }).admissionToken ?? '',
  );
}
