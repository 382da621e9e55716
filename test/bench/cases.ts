import { expandPlan, stadiumPlan } from '../../durable-objects/core/plan-geometry.ts';
import { FANS_PER_LEAF } from '../../durable-objects/core/shard-plan.ts';
import type { Tick } from '../../durable-objects/core/tick.ts';
import { runLoad } from '../support/http-load.ts';
import type { LoadRequest } from '../support/http-load.ts';
import { LiveCrowd } from '../support/live-load.ts';
import { addSale, loadFans } from '../support/sale-fixture.ts';
import { connectionsMax } from '../support/workerd.ts';
import { againstFloor, durationAgainstFloor } from './report.ts';
import type { Figure } from './report.ts';
import type { Stage } from './stage.ts';
import {
  admissionTokens,
  CONNECTIONS,
  crowdOf,
  inTurns,
  joinLive,
  joinOverHttp,
  mustAll,
  post,
} from './steps.ts';

/** Shares of the floor that must be reached (issues 3 and 4); a broadcast may take 1.3 times the bare one's time. */
const BARS = { httpJoin: 0.8, liveJoin: 0.6, lock: 0.8, broadcast: 0.77 };

function floorInserts(stage: Stage, count: number, series: string): LoadRequest[] {
  return Array.from({ length: count }, (_, index) =>
    post('/insert', stage.floorBearer(`${series}-${index}`), { event: series }),
  );
}

/**
 * Joins over HTTP: each by another fan, each told its place only when durable. So many of each that the pace
 * is the one that lasts: with 4,000 the floor was done before it had collected garbage, and ours was still
 * busy opening the sale (0.70 against 0.80 with 16,000).
 */
export async function httpJoin(stage: Stage): Promise<Figure> {
  const count = 20_000;
  const rate = await inTurns(
    (round) => joinOverHttp(stage, `bench-http-${round}`, { count, series: 100 + round }),
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
  return againstFloor('HTTP join', 'joins/s', rate.ours, rate.floor, BARS.httpJoin);
}

/** As many bare sockets of one of the floor's objects. */
export function floorCrowd(stage: Stage, name: string, count: number): Promise<LiveCrowd> {
  const target = { port: stage.floor.port, path: `/echo/${name}`, protocols: [] };
  return LiveCrowd.open(Array.from({ length: count }, () => target));
}

/**
 * Joins over open sockets, all at the same moment, against an echo over as many sockets: the fans that one leaf is
 * planned for, when the sale opens. With 3,000 it is over in a quarter of a second (0.59 and 0.63 in the hour in which
 * 8,000 gave 0.67).
 */
export async function liveJoin(stage: Stage): Promise<Figure> {
  const count = Math.min(FANS_PER_LEAF, connectionsMax() - CONNECTIONS);
  const rate = await inTurns(
    (round) => joinLive(stage, `bench-live-${round}`, { count, series: 200 + round }),
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
  return againstFloor('live join', 'joins/s', rate.ours, rate.floor, BARS.liveJoin);
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
  return againstFloor('lock', 'locks/s', rate.ours, rate.floor, BARS.lock);
}

/** Frames that everybody hears at once: each tells of another phase (`isNews`). `round` counts from `seq` on. */
export function newsOf(tick: Tick, seq: number): (round: number) => string {
  return (round) =>
    JSON.stringify({ ...tick, seq: seq + round, phase: round % 2 === 0 ? 'open' : 'paused' });
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
  const frame = newsOf(tick as Tick, 1_000_000);
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
  return durationAgainstFloor(
    `tick broadcast to ${count} sockets`,
    time.ours,
    time.floor,
    BARS.broadcast,
  );
}
