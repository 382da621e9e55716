import { runLoad } from '../../support/http-load.ts';
import { plain } from '../report.ts';
import type { Figure } from '../report.ts';
import type { Stage } from '../stage.ts';
import { CONNECTIONS, inTurns, joinLive, joinOverHttp, mustAll, post } from '../steps.ts';
import { peerCrowd, peerTokens, startPeer } from './peer.ts';
import { NO_REDIS } from './redis.ts';

const HTTP = { name: 'HTTP join beside Express + Redis', count: 4_000 };
const LIVE = { name: 'live join beside Socket.IO + Redis', count: 3_000 };

/** Our joins, which are durable when told, beside those of the usual stack, which are in Redis's memory. */
export async function usualJoins(stage: Stage): Promise<Figure[]> {
  const peer = await startPeer();
  if (peer === null) return [HTTP, LIVE].map(({ name }) => skipped(name));
  try {
    const http = await inTurns(
      (round) =>
        joinOverHttp(stage, `usual-http-${round}`, { count: HTTP.count, series: 500 + round }),
      async (round) => {
        const tokens = peerTokens(HTTP.count, `h${round}`);
        const requests = tokens.map((token) => post('/join', token, { eventId: 'sale' }));
        const { answers, perSecond } = await runLoad(peer.port, requests, CONNECTIONS);
        mustAll(answers, 200);
        return perSecond;
      },
    );
    const live = await inTurns(
      (round) => joinLive(stage, `usual-live-${round}`, { count: LIVE.count, series: 600 + round }),
      async (round) => {
        const crowd = await peerCrowd(peer.port, peerTokens(LIVE.count, `l${round}`));
        const ms = await crowd.until(
          () => crowd.sendAll('42["join"]'),
          (text) => text.startsWith('42["place"'),
        );
        crowd.close();
        return LIVE.count / (ms / 1000);
      },
    );
    return [beside(HTTP.name, http), beside(LIVE.name, live)];
  } finally {
    await peer.close();
  }
}

function beside(name: string, rate: { ours: number; floor: number }): Figure {
  const { floor: peer, ours } = rate;
  return { name, value: ours, unit: 'joins/s', peer, ratio: ours / peer, ok: true };
}

function skipped(name: string): Figure {
  return { ...plain(name, Number.NaN, 'joins/s'), skipped: NO_REDIS };
}
