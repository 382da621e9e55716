import type { Redis } from '@upstash/redis/cloudflare';
import { Breaker } from '../breaker.ts';
import type { AccountId } from '../../durable-objects/core/ids.ts';
import type { Result } from '../../durable-objects/core/result.ts';
import { MARK_VERIFIED, ROTATE } from './session-scripts.ts';

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

const TOKEN = /^([0-9a-f-]{36})\.([A-Za-z0-9_-]{43})$/;

/**
 * Refresh sessions in Redis: one family a sign-in, its token stored only as a hash and changed with each
 * use. All methods throw when Redis does not answer.
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

  /** Makes a session's ids without writing anything. */
  prepare(): OpenSession {
    const sid = crypto.randomUUID();
    return { sid, refreshToken: `${sid}.${randomSecret()}` };
  }

  /** Writes a prepared session down, in one command: each is billed, and a sale begins with a million. */
  async open(session: OpenSession, owner: SessionOwner): Promise<void> {
    const { emailVerified, ...rest } = owner;
    const text = `${await sha256(session.refreshToken)}${emailVerified ? '1' : '0'}${JSON.stringify(rest)}`;
    await this.#redis.set(sessionKey(session.sid), text, { ex: this.#lifetime.refreshSeconds });
  }

  /** Exchanges a refresh token for the next one, once. Used twice, the session ends for everybody. */
  async rotate(
    refreshToken: string,
  ): Promise<
    Result<
      { session: OpenSession; owner: SessionOwner },
      { code: 'invalid_token' | 'token_reused' }
    >
  > {
    const sid = TOKEN.exec(refreshToken)?.[1];
    if (sid === undefined) return { ok: false, code: 'invalid_token' };
    const next = `${sid}.${randomSecret()}`;
    const [outcome, kept] = await this.#redis.eval<string[], string[]>(
      ROTATE,
      [sessionKey(sid)],
      [await sha256(refreshToken), await sha256(next), String(this.#lifetime.refreshSeconds)],
    );
    if (outcome === 'reused') {
      await this.#deny(sid);
      return { ok: false, code: 'token_reused' };
    }
    if (outcome !== 'rotated' || kept === undefined) return { ok: false, code: 'invalid_token' };
    const owner = JSON.parse(kept.slice(1)) as Omit<SessionOwner, 'emailVerified'>;
    return {
      ok: true,
      session: { sid, refreshToken: next },
      owner: { ...owner, emailVerified: kept.startsWith('1') },
    };
  }

  /** From now on the session's access tokens say that the address is verified. */
  async markVerified(sid: string): Promise<void> {
    await this.#redis.eval(MARK_VERIFIED, [sessionKey(sid)], []);
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

function randomSecret(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}

async function sha256(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return base64Url(new Uint8Array(digest));
}

function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');
}
