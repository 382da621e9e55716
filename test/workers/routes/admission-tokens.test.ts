import { beforeAll, describe, expect, it } from 'vitest';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { signToken } from '../../../durable-objects/protocol/tokens.ts';
import type { TokenClaims } from '../../../durable-objects/protocol/tokens.ts';
import { crowdAccount } from '../../../drizzle/demo-data.ts';
import { addSale } from '../../support/sale-fixture.ts';
import { admit, ask, freshId, tokenOf, workerEnv } from './support.ts';

const EVENT = 'admission-tokens' as EventId;
const OTHER_EVENT = 'admission-tokens-other' as EventId;
const FAN = 71;
const OTHER_FAN = 72;
const secret = workerEnv.AUTH_SECRET;
const nowSeconds = Math.floor(Date.now() / 1000);

let bearer = '';
let admission = '';
let foreign = '';
let elsewhere = '';

/** The claims that are in a token, whoever signed it. */
function claimsOf(token: string): TokenClaims['admission'] {
  const [, payload = ''] = token.split('.');
  return JSON.parse(Buffer.from(payload, 'base64url').toString()) as TokenClaims['admission'];
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

async function lockWith(token: string, seatId = 'G1-A-1', eventId: string = EVENT) {
  const { status, body } = await ask('POST', '/api/inventory/lock-seats', {
    token: bearer,
    headers: { 'x-admission-token': token },
    body: { eventId, seatIds: [seatId], requestId: freshId() },
  });
  return [status, body.code];
}

beforeAll(async () => {
  for (const id of [EVENT, OTHER_EVENT]) await addSale(workerEnv.DATABASE_URL ?? '', id);
  bearer = await tokenOf(FAN);
  admission = await admit(bearer, EVENT);
  elsewhere = await admit(bearer, OTHER_EVENT);
  foreign = await admit(await tokenOf(OTHER_FAN), EVENT);
});

describe('an admission that is not the fan’s own', () => {
  it('is of no use: another fan’s, another event’s, or one that the sale never gave', async () => {
    const madeUp = { ...claimsOf(admission), jti: 'made-up' };
    expect(await lockWith(foreign)).toEqual([403, 'not_admitted']);
    expect(await lockWith(elsewhere)).toEqual([403, 'not_admitted']);
    expect(await lockWith(admission, 'G1-A-1', OTHER_EVENT)).toEqual([403, 'not_admitted']);
    expect(await lockWith(await signToken(secret, 'admission', madeUp))).toEqual([
      403,
      'not_admitted',
    ]);
  });

  it('that has ended is told so', async () => {
    const ended = { ...claimsOf(admission), exp: nowSeconds - 1 };
    expect(await lockWith(await signToken(secret, 'admission', ended))).toEqual([
      403,
      'admission_expired',
    ]);
  });

  it('is not believed when it was forged or altered, wherever', async () => {
    const [head = '', payload = '', mark = ''] = admission.split('.');
    const claims = claimsOf(admission);
    const flipped = (text: string, at: number) =>
      text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1);
    const cases: [what: string, token: string][] = [
      ['signed with another secret', await signToken('x'.repeat(40), 'admission', claims)],
      ['prolonged', `${head}.${encoded({ ...claims, exp: claims.exp + 3600 })}.${mark}`],
      ['moved forward', `${head}.${encoded({ ...claims, place: claims.place - 1 })}.${mark}`],
      ['for everybody', `${head}.${encoded({ ...claims, sub: undefined })}.${mark}`],
      ['with another mark', `${head}.${payload}.${flipped(mark, 7)}`],
      ['with another header', `${flipped(head, 7)}.${payload}.${mark}`],
      ['unsigned', `${encoded({ alg: 'none', typ: 'JWT' })}.${payload}.`],
      ['cut off', `${head}.${payload}`],
      ['nonsense', 'nonsense'],
      ['10,000 letters', 'a'.repeat(10_000)],
    ];
    for (const [what, token] of cases) {
      expect([what, ...(await lockWith(token))]).toEqual([what, 401, 'invalid_token']);
    }
  });

  it('is no token of another kind, not even a good one of the same fan', async () => {
    const sub = crowdAccount(FAN).id as AccountId;
    const place = { sub, evt: EVENT, place: 0, iat: nowSeconds };
    const link = { seq: 0, at: 1, child: 'leaf', batch: 1, first: 0, count: 1, root: '' };
    const cases: [what: string, token: string][] = [
      ['access', bearer],
      [
        'ticket',
        await signToken(secret, 'ticket', { ...place, jti: 't', seat: 'G1-A-1', booking: 'b' }),
      ],
      ['receipt', await signToken(secret, 'receipt', { evt: EVENT, link, head: '' })],
    ];
    for (const [what, token] of cases) {
      expect([what, ...(await lockWith(token))]).toEqual([what, 401, 'invalid_token']);
      expect([what, ...(await lockWith(`${token}~`))]).toEqual([what, 401, 'invalid_token']);
    }
  });
});

describe('an admission that is the fan’s own', () => {
  it('holds seats after all of that, once', async () => {
    expect(await lockWith(admission, 'G1-A-2')).toEqual([201, undefined]);
    expect(await lockWith(admission, 'G1-A-3')).toEqual([409, 'hold_exists']);
  });

  it('opens nothing but seats: it is no access token, and no live connection', async () => {
    const asBearer = await ask('GET', `/api/queue/position/${EVENT}`, { token: admission });
    expect([asBearer.status, asBearer.body.code]).toEqual([401, 'invalid_token']);
    const refreshed = await ask('POST', '/api/auth/refresh', { body: { refreshToken: admission } });
    expect([refreshed.status, refreshed.body.code]).toEqual([401, 'invalid_token']);
  });
});
