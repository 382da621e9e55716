import { Buffer } from 'node:buffer';
import type { Redis } from '@upstash/redis/cloudflare';
import { Breaker } from '../breaker.ts';
import type { AccountId } from '../../durable-objects/core/ids.ts';
import type { Result } from '../../durable-objects/core/result.ts';

/** Whose session it is; what its access tokens say. */
export interface SessionOwner {
  accountId: AccountId;
  email: string;
  name: string;
  emailVerified: boolean;
  organiser: boolean;
}

/** A session with the refresh token that continues it. */
export interface OpenSession {
  /** The session's id, in every access token as `sid`. */
  sid: string;
  refreshToken: string;
}

/** The session's id, a secret, and whose it is: as JSON in base64url. */
const TOKEN = /^([0-9a-f-]{36})\.[A-Za-z0-9_-]{43}\.([A-Za-z0-9_-]+)$/;

/**
 * Refresh sessions in Redis: one family a sign-in, of its token only the hash, another with each use. The hash
 * covers whose session it is, so that the token can say it: nothing but the hash is kept, and each step is one
 * command, for each is billed. All methods throw when Redis does not answer.
 */
export class Sessions {
  readonly #breaker: Breaker;
  readonly #redis: Redis;
  readonly #lifetime: { refreshSeconds: number; accessSeconds: number };

  constructor(
    redis: Redis,
    lifetime: { refreshSeconds: number; accessSeconds: number },
    breaker = new Breaker(),
  ) {
    this.#breaker = breaker;
    this.#redis = redis;
    this.#lifetime = lifetime;
  }

  /** Makes a session's id and token without writing anything. */
  prepare(owner: SessionOwner): OpenSession {
    const sid = crypto.randomUUID();
    return { sid, refreshToken: tokenOf(sid, encode(owner)) };
  }

  /** Writes a prepared session down. */
  async open({ sid, refreshToken }: OpenSession): Promise<void> {
    await this.#redis.set(sessionKey(sid), await sha256(refreshToken), this.#life);
  }

  /**
   * Exchanges a refresh token for the next one, once. Used twice, the session ends for everybody: somebody has
   * copied the token (RFC 9700, 4.14.2). The new hash takes the old one's place before the two are compared, so
   * that of two uses at once one finds the other's.
   */
  async rotate(
    refreshToken: string,
  ): Promise<
    Result<
      { session: OpenSession; owner: SessionOwner },
      { code: 'invalid_token' | 'token_reused' }
    >
  > {
    const [, sid, owner] = TOKEN.exec(refreshToken) ?? [];
    if (sid === undefined || owner === undefined) return { ok: false, code: 'invalid_token' };
    const next = tokenOf(sid, owner);
    const swap = { ...this.#life, xx: true, get: true } as const;
    const kept = await this.#redis.set(sessionKey(sid), await sha256(next), swap);
    if (kept === null) return { ok: false, code: 'invalid_token' };
    if (kept !== (await sha256(refreshToken))) {
      await this.revoke(sid);
      return { ok: false, code: 'token_reused' };
    }
    return { ok: true, session: { sid, refreshToken: next }, owner: decode(owner) };
  }

  /** The session with a token that says something else of its owner; one that ended meanwhile stays ended. */
  async amend({ sid }: OpenSession, owner: SessionOwner): Promise<OpenSession> {
    const refreshToken = tokenOf(sid, encode(owner));
    const life = { ...this.#life, xx: true } as const;
    await this.#redis.set(sessionKey(sid), await sha256(refreshToken), life);
    return { sid, refreshToken };
  }

  /** Ends a session: its refresh token and every access token of it. */
  async revoke(sid: string): Promise<void> {
    await this.#redis.del(sessionKey(sid));
    await this.#deny(sid);
  }

  /** Which of the sessions were ended, in their order: one command for all. */
  async revokedAmong(sids: readonly string[]): Promise<boolean[]> {
    const found = await this.#breaker.run(() =>
      this.#redis.mget<(string | null)[]>(sids.map(revokedKey)),
    );
    return found.map((value) => value !== null);
  }

  get #life(): { ex: number } {
    return { ex: this.#lifetime.refreshSeconds };
  }

  async #deny(sid: string): Promise<void> {
    await this.#redis.set(revokedKey(sid), '1', { ex: this.#lifetime.accessSeconds });
  }
}

function sessionKey(sid: string): string {
  return `session:${sid}`;
}

function revokedKey(sid: string): string {
  return `revoked:${sid}`;
}

function tokenOf(sid: string, owner: string): string {
  return `${sid}.${base64Url(crypto.getRandomValues(new Uint8Array(32)))}.${owner}`;
}

function encode(owner: SessionOwner): string {
  return base64Url(new TextEncoder().encode(JSON.stringify(owner)));
}

/** Of a token whose hash was right: we wrote it. */
function decode(owner: string): SessionOwner {
  return JSON.parse(Buffer.from(owner, 'base64url').toString()) as SessionOwner;
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return base64Url(new Uint8Array(digest));
}

function base64Url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}
