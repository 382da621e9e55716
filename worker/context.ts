import type { Context } from 'hono';
import type { TokenClaims } from '../durable-objects/protocol/tokens.ts';
import type { Env } from './env.ts';
import type { Services } from './services.ts';

/** What Hono carries through a request. */
export interface AppEnv {
  Bindings: Env;
  Variables: {
    requestId: string;
    services: Services;
    /** Set behind `signedIn`: what the verified access token says. */
    access: TokenClaims['access'];
    /** Whether the route has asked if the session was ended. */
    sessionAsked?: boolean;
  };
}

/** A request's context. */
export type AppContext = Context<AppEnv>;

/** The caller's network address, as Cloudflare tells it; one bucket for all on a local machine. */
export function addressOf(c: AppContext): string {
  return c.req.header('cf-connecting-ip') ?? 'local';
}
