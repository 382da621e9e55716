import type { DrawnLobby } from '../place-order.ts';
import type { Refused, Result } from '../result.ts';
import type { SaleSettings } from '../sale.ts';
import { commitment, seedOf } from './draw-seed.ts';
import { QUICKNET, roundFor, verifyBeacon } from './drand.ts';
import type { Beacon } from './drand.ts';
import { sealOf } from './fairness-record.ts';
import type { Seal } from './fairness-record.ts';
import type { ChainState, Terms } from './grant-chain.ts';

/**
 * The draw of one lobby as far as it has come: the secret is made when the event is first looked at,
 * the seal at opening, the seed when the round is known. Each is written down before it is shown, and
 * none is ever made twice. Persisted as it is.
 */
export interface LobbyDraw {
  /** 32 bytes, base64url. Its hash is public from the start, itself only with the seed. */
  secret: string;
  /** The drand round that was named with the event. */
  round: number;
  seal: Seal | null;
  /** The round's signature, and the seed that follows; both null until the lobby is drawn. */
  signature: string | null;
  seed: string | null;
}

/** A draw to be: its secret and its round are fixed from here on. */
export function newDraw(
  settings: Pick<SaleSettings, 'opensAt' | 'drandRound'>,
  secret: string,
): LobbyDraw {
  const round = settings.drandRound ?? roundFor(settings.opensAt, QUICKNET);
  return { secret, round, seal: null, signature: null, seed: null };
}

/** What the operator is bound to by the draw. */
export function drawTerms(draw: LobbyDraw): NonNullable<Terms['draw']> {
  return {
    commitment: commitment(draw.secret),
    chainHash: QUICKNET.chainHash,
    round: draw.round,
  };
}

/** The draw with the lobby sealed as the chain stands; sealed before, as it was. */
export function sealLobby(draw: LobbyDraw, chain: ChainState, at: number): LobbyDraw {
  return draw.seal === null ? { ...draw, seal: sealOf(chain, at) } : draw;
}

/**
 * The draw with its seed, from the network's answer; drawn before, as it was. Refused unless drand
 * signed the very round that was named. An unsealed lobby is a bug. Verifying takes some 20 ms.
 */
export function revealSeed(
  draw: LobbyDraw,
  beacon: Beacon,
): Result<{ draw: LobbyDraw }, Refused<'other_round' | 'malformed' | 'not_signed'>> {
  if (draw.seed !== null) return { ok: true, draw };
  const { seal, secret, round } = draw;
  if (seal === null) throw new Error('drawn before it was sealed');
  if (beacon.round !== round) return { ok: false, code: 'other_round' };
  const verified = verifyBeacon(beacon, QUICKNET);
  if (!verified.ok) return verified;
  const { randomness } = verified;
  const { head: lobbyRoot, lobbyCount } = seal;
  const seed = seedOf({ secret, lobbyRoot, lobbyCount, randomness });
  return { ok: true, draw: { ...draw, signature: beacon.signature, seed } };
}

/** What everybody needs to compute orders; null before the lobby is drawn. */
export function drawnLobby(draw: LobbyDraw | null): DrawnLobby | null {
  if (draw === null || draw.seal === null || draw.seed === null) return null;
  return { n: draw.seal.lobbyCount, seed: draw.seed };
}
