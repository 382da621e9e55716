import { expandPlan, stadiumPlan } from '../../durable-objects/core/plan-geometry.ts';
import { runLoad } from '../support/http-load.ts';
import type { LoadAnswer, LoadRequest } from '../support/http-load.ts';
import { LiveCrowd } from '../support/live-load.ts';
import { addSale, liveTarget, loadFans } from '../support/sale-fixture.ts';
import type { LoadFan } from '../support/sale-fixture.ts';
import { againstFloor, durationAgainstFloor, median } from './report.ts';
import type { Figure } from './report.ts';
import type { Stage } from './stage.ts';

const ROUNDS = [1, 2, 3, 4, 5];
const CONNECTIONS = 128;
/** The first bar of issue 2: half of the floor. */
const BAR = 0.5;

function post(
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

function mustAll(answers: readonly LoadAnswer[], status: number): void {
  const wrong = answers.find((answer) => answer.status !== status);
  if (wrong !== undefined)
    throw new Error(`expected ${status}, got ${wrong.status}: ${wrong.body.slice(0, 300)}`);
}

function floorInserts(stage: Stage, count: number, series: string): LoadRequest[] {
  return Array.from({ length: count }, (_, index) =>
    post('/insert', stage.floorBearer(`${series}-${index}`), { event: series }),
  );
}

/** Runs ours and the floor in turns and takes the median of each, so that a slow minute hurts both. */
async function inTurns(
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

/** Joins over HTTP: each by another fan, each told its place only when durable. */
export async function httpJoin(stage: Stage): Promise<Figure> {
  const count = 4_000;
  const rate = await inTurns(
    async (round) => {
      const event = `bench-http-${round}`;
      await addSale(stage.databaseUrl, event, { opensInDays: 1 });
      const fans = await loadFans(count, 100 + round);
      const requests = fans.map((fan) => post('/api/queue/join', fan.token, { eventId: event }));
      const { answers, perSecond } = await runLoad(stage.product.port, requests, CONNECTIONS);
      mustAll(answers, 200);
      return perSecond;
    },
    async (round) => {
      const { answers, perSecond } = await runLoad(
        stage.floor.port,
        floorInserts(stage, count, `h${round}`),
        CONNECTIONS,
      );
      mustAll(answers, 200);
      return perSecond;
    },
  );
  return againstFloor('HTTP join', 'joins/s', rate.ours, rate.floor, BAR);
}

function crowdOf(stage: Stage, event: string, fans: readonly LoadFan[]): Promise<LiveCrowd> {
  return LiveCrowd.open(fans.map((fan) => liveTarget(stage.product.port, event, fan)));
}

function floorCrowd(stage: Stage, name: string, count: number): Promise<LiveCrowd> {
  const target = { port: stage.floor.port, path: `/echo/${name}`, protocols: [] };
  return LiveCrowd.open(Array.from({ length: count }, () => target));
}

/** Joins over open sockets, all at the same moment, against an echo over as many sockets. */
export async function liveJoin(stage: Stage): Promise<Figure> {
  const count = 3_000;
  const rate = await inTurns(
    async (round) => {
      const event = `bench-live-${round}`;
      await addSale(stage.databaseUrl, event, { opensInDays: 1 });
      const crowd = await crowdOf(stage, event, await loadFans(count, 200 + round));
      const ms = await crowd.until(
        () => crowd.sendAll('{"v":1,"type":"join"}'),
        (text) => text.includes('"type":"place"'),
      );
      crowd.close();
      return count / (ms / 1000);
    },
    async (round) => {
      const crowd = await floorCrowd(stage, `l${round}`, count);
      const ms = await crowd.until(
        () => crowd.sendAll('{"v":1,"type":"join"}'),
        () => true,
      );
      crowd.close();
      return count / (ms / 1000);
    },
  );
  return againstFloor('live join', 'joins/s', rate.ours, rate.floor, BAR);
}

async function admissionTokens(
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

/** Locks over HTTP: each by another admitted fan, one free seat each, of 60,000. */
export async function lock(stage: Stage): Promise<Figure> {
  const count = 2_000;
  const event = 'bench-lock';
  const seats = expandPlan(stadiumPlan().plan);
  await addSale(stage.databaseUrl, event, { stadium: true });
  const rate = await inTurns(
    async (round) => {
      const fans = await loadFans(count, 300 + round);
      const admissions = await admissionTokens(stage, event, fans);
      const requests = fans.map((fan, index) =>
        post(
          '/api/inventory/lock-seats',
          fan.token,
          {
            eventId: event,
            seatIds: [seats[round * count + index]?.id],
            requestId: `lock-${round}-${index}`,
          },
          { 'x-admission-token': admissions[index] ?? '' },
        ),
      );
      const { answers, perSecond } = await runLoad(stage.product.port, requests, CONNECTIONS);
      mustAll(answers, 201);
      return perSecond;
    },
    async (round) => {
      const { answers, perSecond } = await runLoad(
        stage.floor.port,
        floorInserts(stage, count, `k${round}`),
        CONNECTIONS,
      );
      mustAll(answers, 200);
      return perSecond;
    },
  );
  return againstFloor('lock', 'locks/s', rate.ours, rate.floor, BAR);
}

/** One tick to every socket of a leaf, from the order to send it until the last fan has it. */
export async function broadcast(stage: Stage): Promise<Figure> {
  const count = 4_000;
  const event = 'bench-broadcast';
  await addSale(stage.databaseUrl, event, { opensInDays: 1 });
  const ours = await crowdOf(stage, event, await loadFans(count, 400));
  const bare = await floorCrowd(stage, 'broadcast', count);
  const status = await fetch(`${stage.product.url}/api/queue/status/${event}`);
  const tick = await status.json();
  const frame = (seq: number) => JSON.stringify({ ...(tick as object), seq: 1_000_000 + seq });
  const time = await inTurns(
    (round) =>
      ours.until(
        () =>
          fetch(`${stage.product.url}/bench/publish/${event}`, {
            method: 'POST',
            body: frame(round),
          }),
        (text) => text.includes(`"seq":${1_000_000 + round}`),
      ),
    (round) =>
      bare.until(
        () =>
          fetch(`${stage.floor.url}/broadcast/broadcast`, { method: 'POST', body: frame(round) }),
        (text) => text.includes(`"seq":${1_000_000 + round}`),
      ),
  );
  ours.close();
  bare.close();
  return durationAgainstFloor(`tick broadcast to ${count} sockets`, time.ours, time.floor, BAR);
}
