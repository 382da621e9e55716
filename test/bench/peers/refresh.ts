import { Presence } from '../../../durable-objects/core/presence.ts';
import type { Tick } from '../../../durable-objects/core/tick.ts';
import { cpuSecondsOf, kernelSecondsOf } from '../../support/cpu.ts';
import { runLoad } from '../../support/http-load.ts';
import type { LoadRequest } from '../../support/http-load.ts';
import type { LiveCrowd } from '../../support/live-load.ts';
import { addSale, loadFans } from '../../support/sale-fixture.ts';
import { floorCrowd, newsOf } from '../cases.ts';
import { nanosOf } from '../core-presence.ts';
import { plain } from '../report.ts';
import type { Figure } from '../report.ts';
import type { Stage } from '../stage.ts';
import { CONNECTIONS, crowdOf, mustAll } from '../steps.ts';
import { peerCrowd, peerTokens, startPeer } from './peer.ts';
import type { Peer } from './peer.ts';
import { NO_REDIS } from './redis.ts';
import { fillQueue } from './sorted-set.ts';

const FANS = 3_000;
const ROUNDS = 10;
const EVENT = 'usual-refresh';
/** People in line while a few of them look. */
const IN_LINE = 1_000_000;
const RANKS = 200_000;
const BAR = 10;

/**
 * What it costs the servers in CPU to bring one waiting fan's place up to date: with us one tick to their
 * socket, from which their own device computes the rest; with the usual stack a question and a `ZRANK`.
 * Beside it what workerd and the kernel take for the same text to a bare socket: all but the rest is theirs.
 */
export async function refresh(stage: Stage): Promise<Figure[]> {
  const { ours, kernel, bare } = await tickMicros(stage);
  const others = [
    plain('… of it in the kernel, to write to the socket', kernel, 'µs'),
    plain('… the same text to a bare socket of workerd', bare, 'µs'),
    plain('… ours by poll', await pollMicros(stage), 'µs'),
  ];
  const figure = { name: 'CPU of one fan’s refresh', value: ours, unit: 'µs' };
  const peer = await startPeer();
  if (peer === null) return [{ ...figure, ok: true, skipped: NO_REDIS }, ...others];
  try {
    await fillQueue(peer.redis.client, IN_LINE);
    const polled = await usualPollMicros(peer);
    const ratio = polled / ours;
    return [
      { ...figure, peer: polled, ratio, bar: BAR, ok: ratio >= BAR },
      ...others,
      plain('… usual stack, told over its socket', await usualSocketMicros(peer), 'µs'),
      rankFigure(await zrankMicros(peer)),
    ];
  } finally {
    await peer.close();
  }
}

async function micros(seconds: () => number, times: number, act: () => unknown): Promise<number> {
  const before = seconds();
  await act();
  return ((seconds() - before) / times) * 1e6;
}

/** One frame to each socket, ours and the floor's in turns. */
async function tickMicros(stage: Stage): Promise<{ ours: number; kernel: number; bare: number }> {
  const { product, floor } = stage;
  await addSale(stage.databaseUrl, EVENT, { opensInDays: 1 });
  const ours = await crowdOf(stage, EVENT, await loadFans(FANS, 700));
  const bare = await floorCrowd(stage, EVENT, FANS);
  const status = await fetch(`${product.url}/api/queue/status/${EVENT}`);
  const frame = newsOf(await status.json<Tick>(), 1_000_000);
  const tell = (crowd: LiveCrowd, pid: number, url: string, round: number) =>
    micros(
      () => cpuSecondsOf(pid),
      FANS * ROUNDS,
      () =>
        crowd.until(
          () => fetch(url, { method: 'POST', body: frame(round) }),
          (text) => text.includes(`"seq":${1_000_000 + round}`),
        ),
    );
  const sum = { ours: 0, kernel: 0, bare: 0 };
  const kernelMicros = () => (kernelSecondsOf(product.pid) / (FANS * ROUNDS)) * 1e6;
  for (let round = 0; round < ROUNDS; round++) {
    sum.bare += await tell(bare, floor.pid, `${floor.url}/broadcast/${EVENT}`, round);
    const kernelBefore = kernelMicros();
    sum.ours += await tell(ours, product.pid, `${product.url}/bench/publish/${EVENT}`, round);
    sum.kernel += kernelMicros() - kernelBefore;
  }
  ours.close();
  bare.close();
  return sum;
}

function looks(path: string, tokens: readonly string[]): LoadRequest[] {
  return tokens.map((token) => ({
    method: 'GET',
    path,
    headers: { authorization: `Bearer ${token}` },
  }));
}

async function askAll(port: number, requests: readonly LoadRequest[]): Promise<void> {
  mustAll((await runLoad(port, requests, CONNECTIONS)).answers, 200);
}

async function pollMicros(stage: Stage): Promise<number> {
  const { port, pid } = stage.product;
  const tokens = (await loadFans(FANS, 701)).map((fan) => fan.token);
  const join = tokens.map((token): LoadRequest => {
    const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
    return { method: 'POST', path: '/api/queue/join', headers, body: `{"eventId":"${EVENT}"}` };
  });
  await askAll(port, join);
  const requests = looks(`/api/queue/position/${EVENT}?claim=false`, tokens);
  return micros(
    () => cpuSecondsOf(pid),
    FANS,
    () => askAll(port, requests),
  );
}

function usualPollMicros(peer: Peer): Promise<number> {
  const requests = looks('/position', peerTokens(FANS, 'fan'));
  return micros(peer.cpuSeconds, FANS, () => askAll(peer.port, requests));
}

async function usualSocketMicros(peer: Peer): Promise<number> {
  const crowd = await peerCrowd(peer.port, peerTokens(FANS, 'fan'));
  const value = await micros(peer.cpuSeconds, FANS * ROUNDS, async () => {
    for (let round = 0; round < ROUNDS; round++) {
      await crowd.until(
        () => fetch(`http://127.0.0.1:${peer.port}/refresh`, { method: 'POST' }),
        (text) => text.startsWith('42["place"'),
      );
    }
  });
  crowd.close();
  return value;
}

/** The arithmetic alone: ours is what a fan's device does, or a leaf when it is asked. */
function rankFigure(peer: number): Figure {
  const presence = new Presence();
  for (let place = 0; place < IN_LINE; place += 1_000) presence.extend(1_000);
  const value = nanosOf((n) => presence.rank((n * 7_919) % IN_LINE)) / 1_000;
  const ratio = peer / value;
  const name = 'rank of one fan, beside ZRANK alone';
  return { name, value, unit: 'µs', peer, ratio, bar: BAR, ok: ratio >= BAR };
}

/** Redis's own part, asked a thousand at a time. */
async function zrankMicros(peer: Peer): Promise<number> {
  const { client, pid } = peer.redis;
  return micros(
    () => cpuSecondsOf(pid),
    RANKS,
    async () => {
      for (let from = 0; from < RANKS; from += 1_000) {
        const pipeline = client.pipeline();
        for (let n = from; n < from + 1_000; n++)
          pipeline.zrank('queue', `fan-${(n * 7_919) % IN_LINE}`);
        await pipeline.exec();
      }
    },
  );
}
