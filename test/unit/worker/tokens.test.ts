import { describe, expect, it } from 'vitest';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import { publicKeys, signToken, verifyToken } from '../../../durable-objects/protocol/tokens.ts';
import { createLocalJWKSet, jwtVerify } from 'jose';

const secret = 'a secret of these tests';
const sub = '00000000-0000-4000-8000-000000000001' as AccountId;
const evt = 'tokens' as EventId;
const iat = 1_800_000_000;
const admission = { sub, evt, jti: 'admission-1', place: 7, iat, exp: iat + 60 };

describe('tokens', () => {
  it('of the same claims are the same text, and give the claims back', async () => {
    const token = await signToken(secret, 'admission', admission);
    expect(await signToken(secret, 'admission', admission)).toBe(token);
    const outcome = await verifyToken(secret, 'admission', token, iat * 1000);
    expect(outcome).toMatchObject({ ok: true, claims: admission });
  });

  it('end at their time, also when they were verified before', async () => {
    const token = await signToken(secret, 'admission', { ...admission, jti: 'admission-2' });
    const at = (seconds: number) => verifyToken(secret, 'admission', token, (iat + seconds) * 1000);
    expect(await at(59)).toMatchObject({ ok: true });
    expect(await at(59)).toMatchObject({ ok: true });
    expect(await at(60)).toEqual({ ok: false, code: 'token_expired' });
    expect(await at(61)).toEqual({ ok: false, code: 'token_expired' });
  });

  it('are worth nothing as another kind, under another secret, or with a letter changed', async () => {
    const token = await signToken(secret, 'admission', { ...admission, jti: 'admission-3' });
    const now = iat * 1000;
    await verifyToken(secret, 'admission', token, now);
    const refused = { ok: false, code: 'invalid_token' };
    expect(await verifyToken(secret, 'access', token, now)).toEqual(refused);
    expect(await verifyToken('another secret', 'admission', token, now)).toEqual(refused);
    const [head = '', body = '', mark = ''] = token.split('.');
    const swapped = `${mark.startsWith('A') ? 'B' : 'A'}${mark.slice(1)}`;
    expect(await verifyToken(secret, 'admission', `${head}.${body}.${swapped}`, now)).toEqual(
      refused,
    );
    const none = Buffer.from('{"alg":"none","typ":"JWT"}').toString('base64url');
    expect(await verifyToken(secret, 'admission', `${none}.${body}.`, now)).toEqual(refused);
  });

  it('stay right when more were verified than are remembered', async () => {
    const tokens = await Promise.all(
      Array.from({ length: 4_100 }, (_, place) =>
        signToken(secret, 'admission', { ...admission, place }),
      ),
    );
    for (const [place, token] of [...tokens.entries(), ...tokens.entries()]) {
      const outcome = await verifyToken(secret, 'admission', token, iat * 1000);
      expect(outcome.ok && outcome.claims.place).toBe(place);
    }
  });

  it('for the gate can be checked with the published key alone, by the standard library', async () => {
    const claims = { sub, evt, jti: 'ticket-1', seat: 'A-1', booking: 'book_tokens_1', iat };
    const token = await signToken(secret, 'ticket', claims);
    const published = await publicKeys(secret);
    const { payload } = await jwtVerify(token, createLocalJWKSet(published as never), {
      issuer: 'onsale',
      audience: 'onsale:ticket',
    });
    expect(payload).toMatchObject(claims);
    expect(JSON.stringify(published)).not.toContain('"d"');
  });
});
