import { DEMO_ORGANISER } from '../../../drizzle/demo-data.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { signToken } from '../../../durable-objects/protocol/tokens.ts';
import { addSale } from '../../support/sale-fixture.ts';
import { ask, workerEnv } from './support.ts';
import type { Answer } from './support.ts';

/** An access token of an account that says it is an organiser's. */
export function organiserToken(
  id = DEMO_ORGANISER.id,
  over: { sid?: string } = {},
): Promise<string> {
  const iat = Math.floor(Date.now() / 1000);
  return signToken(workerEnv.AUTH_SECRET, 'access', {
    sub: id as AccountId,
    jti: crypto.randomUUID(),
    sid: over.sid ?? crypto.randomUUID(),
    email: 'organiser@example.com',
    name: 'Organiser',
    ev: true,
    role: 'organiser',
    iat,
    exp: iat + 3600,
  });
}

/** A sale of its own: tests do not meet in one. */
export async function freshSale(): Promise<string> {
  const id = `organised-${crypto.randomUUID().slice(0, 8)}`;
  await addSale(workerEnv.DATABASE_URL ?? '', id);
  return id;
}

/** Answer of the audit. */
export interface Audit {
  actions: {
    number: number;
    accountId: string;
    action: string;
    reason: string;
    subject: string;
    requestId: string;
  }[];
  before: number | null;
}

/** Asks one of the organiser's routes, as the seeded one. */
export async function organise<Body>(
  method: string,
  path: string,
  body?: object,
): Promise<Answer<Body>> {
  const token = await organiserToken();
  return ask<Body>(method, `/api/organiser/events/${path}`, body ? { token, body } : { token });
}
