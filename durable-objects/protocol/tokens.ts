import { errors, jwtVerify } from 'jose';
import type { ChainLink } from '../core/fairness/grant-chain.ts';
import type { AccountId, EventId } from '../core/ids.ts';
import type { Result } from '../core/result.ts';

/**
 * Tokens: one kind, one key, one audience. All keys are derived from one secret by HKDF-SHA-256 (RFC
 * 5869) with the kind as info. A `ticket` and a `receipt` are Ed25519, because gates and fans check them
 * with the published public key alone; the others are HMAC. A receipt's signature is made once for the
 * grant of a whole batch: one for each place was a quarter of a join (measured).
 */
export type TokenKind = 'access' | 'admission' | 'ticket' | 'receipt';
/** Kinds that others check: their public keys are published. */
const PUBLIC_KINDS = ['ticket', 'receipt'] as const;

/** Claims of each kind, beside `sub` (the account) and, where it ends, `exp`. */
export interface TokenClaims {
  access: {
    sub: AccountId;
    jti: string;
    sid: string;
    email: string;
    name: string;
    /** The address was verified when the token was made. Absent in tokens from before it was asked: not known to be. */
    ev?: boolean;
    /** Absent for a fan. Where an organiser acts, the account is looked up besides. */
    role?: 'organiser';
    iat: number;
    exp: number;
  };
  admission: { sub: AccountId; evt: EventId; jti: string; place: number; iat: number; exp: number };
  ticket: { sub: AccountId; evt: EventId; jti: string; seat: string; booking: string; iat: number };
  /** A grant of places and the head of the chain right after it; the fan's part of the receipt is the path. */
  receipt: { evt: EventId; link: ChainLink; head: string };
}

const ISSUER = 'onsale';
/** Tokens remembered per key, at least the last so many: a waiting fan asks again and again with the same one. */
const KNOWN_LAST = 2_000;
const encoder = new TextEncoder();
const keys = new Map<string, Promise<SigningKey>>();

interface SigningKey {
  alg: 'HS256' | 'EdDSA';
  /** The protected header of all its tokens, encoded. */
  header: string;
  sign: CryptoKey;
  verify: CryptoKey;
  /** The public half as a JWK; null for HMAC. */
  publicJwk: JsonWebKey | null;
  /** Claims of tokens this key has signed or verified of late. */
  known: Map<string, TokenClaims[TokenKind]>;
  /** Those of before. The oldest of one map would be found slowly: what was deleted is walked over. */
  knownBefore: Map<string, TokenClaims[TokenKind]>;
}

/** Derivation costs about 0.1 ms; keys depend on nothing but the secret, so the memo holds no state. */
function keyFor(secret: string, kind: TokenKind): Promise<SigningKey> {
  const name = `${kind}\n${secret}`;
  const known = keys.get(name);
  if (known) return known;
  const made = deriveKey(secret, kind);
  keys.set(name, made);
  return made;
}

async function deriveKey(secret: string, kind: TokenKind): Promise<SigningKey> {
  const master = await crypto.subtle.importKey('raw', encoder.encode(secret), 'HKDF', false, [
    'deriveBits',
  ]);
  const info = encoder.encode(`onsale/${kind}/v1`);
  const bits = await crypto.subtle.deriveBits(
    { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(32), info },
    master,
    256,
  );
  const raw = new Uint8Array(bits);
  if (!isPublic(kind)) {
    const key = await crypto.subtle.importKey(
      'raw',
      raw,
      { name: 'HMAC', hash: 'SHA-256' },
      false,
      ['sign', 'verify'],
    );
    return {
      alg: 'HS256',
      header: headerOf('HS256', kind),
      sign: key,
      verify: key,
      publicJwk: null,
      known: new Map(),
      knownBefore: new Map(),
    };
  }
  return ed25519(raw, kind);
}

function isPublic(kind: TokenKind): boolean {
  return PUBLIC_KINDS.some((known) => known === kind);
}

/** The PKCS #8 frame of an Ed25519 seed (RFC 8410, section 7) lets WebCrypto take a derived key. */
async function ed25519(seed: Uint8Array, kind: TokenKind): Promise<SigningKey> {
  const prefix = [
    0x30, 0x2e, 0x02, 0x01, 0x00, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x04, 0x22, 0x04, 0x20,
  ];
  const pkcs8 = new Uint8Array([...prefix, ...seed]);
  const sign = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, true, ['sign']);
  const jwk = await crypto.subtle.exportKey('jwk', sign);
  const publicJwk: JsonWebKey = { kty: 'OKP', crv: 'Ed25519', x: jwk.x ?? '' };
  const verify = await crypto.subtle.importKey('jwk', publicJwk, { name: 'Ed25519' }, true, [
    'verify',
  ]);
  return {
    alg: 'EdDSA',
    header: headerOf('EdDSA', kind),
    sign,
    verify,
    publicJwk,
    known: new Map(),
    knownBefore: new Map(),
  };
}

/** Signs claims. The same claims give the same token, so a repeated claim returns the same admission token. */
export async function signToken<Kind extends TokenKind>(
  secret: string,
  kind: Kind,
  claims: TokenClaims[Kind],
): Promise<string> {
  const key = await keyFor(secret, kind);
  const payload = base64Url(JSON.stringify({ ...claims, iss: ISSUER, aud: `onsale:${kind}` }));
  // Written out (RFC 7515, 7.1): what we sign needs none of jose's checks, which cost as much again.
  const input = `${key.header}.${payload}`;
  const name = key.alg === 'HS256' ? 'HMAC' : 'Ed25519';
  const signature = await crypto.subtle.sign(name, key.sign, encoder.encode(input));
  const token = `${input}.${Buffer.from(signature).toString('base64url')}`;
  // What was signed here needs no verifying here: whoever is let in comes back with it at once.
  if (!isPublic(kind)) remember(key, token, Object.freeze({ ...claims }) as TokenClaims[Kind]);
  return token;
}

function headerOf(alg: SigningKey['alg'], kind: TokenKind): string {
  return base64Url(JSON.stringify({ alg, typ: 'JWT', kid: `${kind}-1` }));
}

function base64Url(text: string): string {
  return Buffer.from(text).toString('base64url');
}

/** Verifies signature, issuer, audience and time (`nowMs`); a token of another kind is `invalid_token`. */
export async function verifyToken<Kind extends TokenKind>(
  secret: string,
  kind: Kind,
  token: string,
  nowMs: number,
): Promise<Result<{ claims: TokenClaims[Kind] }, { code: 'invalid_token' | 'token_expired' }>> {
  const key = await keyFor(secret, kind);
  const known = recall(key, token) as TokenClaims[Kind] | undefined;
  if (known !== undefined) {
    const isOver = 'exp' in known && known.exp <= Math.floor(nowMs / 1000);
    return isOver ? { ok: false, code: 'token_expired' } : { ok: true, claims: known };
  }
  try {
    const { payload } = await jwtVerify(token, key.verify, {
      issuer: ISSUER,
      audience: `onsale:${kind}`,
      algorithms: [key.alg],
      currentDate: new Date(nowMs),
    });
    const claims = payload as unknown as TokenClaims[Kind];
    Object.freeze(claims);
    remember(key, token, claims);
    return { ok: true, claims };
  } catch (error) {
    if (error instanceof errors.JWTExpired) return { ok: false, code: 'token_expired' };
    if (error instanceof errors.JOSEError || error instanceof TypeError)
      return { ok: false, code: 'invalid_token' };
    throw error;
  }
}

/** The signature of the very same text stays good; only its time is asked again. */
function recall(key: SigningKey, token: string): TokenClaims[TokenKind] | undefined {
  const recent = key.known.get(token);
  if (recent !== undefined) return recent;
  const before = key.knownBefore.get(token);
  if (before !== undefined) remember(key, token, before);
  return before;
}

function remember(key: SigningKey, token: string, claims: TokenClaims[TokenKind]): void {
  if (key.known.size >= KNOWN_LAST) {
    key.knownBefore = key.known;
    key.known = new Map();
  }
  key.known.set(token, claims);
}

/** Public keys of what others may check, as a JWK set (RFC 7517): tickets' and receipts'. */
export async function publicKeys(secret: string): Promise<{ keys: JsonWebKey[] }> {
  const keys = PUBLIC_KINDS.map(async (kind) => {
    const { publicJwk } = await keyFor(secret, kind);
    return { ...publicJwk, kid: `${kind}-1`, alg: 'EdDSA', use: 'sig' };
  });
  return { keys: await Promise.all(keys) };
}
