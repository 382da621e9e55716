import type { Stripe } from 'stripe';
import type { OrganiserPorts, SalePorts } from '../durable-objects/protocol/ports.ts';
import { LIMITS } from '../durable-objects/protocol/limits.ts';
import { Limits } from './auth/limits.ts';
import { openRedis } from './auth/redis.ts';
import { Sessions } from './auth/sessions.ts';
import { breakersOf } from './breakers.ts';
import type { Breakers } from './breakers.ts';
import { postgresActions } from './db/actions.ts';
import { CatalogueCache, loadEvent } from './db/catalogue.ts';
import { databaseAt } from './db/database.ts';
import type { Database } from './db/database.ts';
import { postgresPlans } from './db/plans.ts';
import { postgresFiling } from './db/filing.ts';
import type { Env } from './env.ts';
import { resendMail } from './mail/resend-mail.ts';
import { openStripe } from './payments/stripe-client.ts';
import { stripePayments } from './payments/stripe-payments.ts';
import { drandRandomness } from './randomness.ts';
import { requireSettings } from './settings.ts';
import type { Settings } from './settings.ts';
import { saleTelemetry } from './telemetry/telemetry.ts';

/** Everything a route may reach beyond the objects. None of it holds a connection. */
export interface Services {
  settings: Settings;
  db: Database;
  catalogue: CatalogueCache;
  sessions: Sessions;
  limits: Limits;
  stripe: Stripe;
  redis: ReturnType<typeof openRedis>;
  breakers: Breakers;
}

const made = new WeakMap<Env, Services>();

/** The services of this environment, made once per isolate. Throws when the settings are unusable. */
export function servicesOf(env: Env): Services {
  const known = made.get(env);
  if (known) return known;
  const settings = requireSettings(env);
  const db = databaseAt(settings.databaseUrl);
  const redis = openRedis(settings.redis);
  const breakers = breakersOf(env);
  const services: Services = {
    settings,
    breakers,
    db,
    redis,
    catalogue: new CatalogueCache(db),
    sessions: new Sessions(
      redis,
      {
        refreshSeconds: LIMITS.refreshTokenSeconds,
        accessSeconds: settings.accessTokenSeconds,
      },
      breakers.redis,
    ),
    limits: new Limits(redis, settings.limits, breakers.redis),
    stripe: openStripe(settings.stripe),
  };
  made.set(env, services);
  return services;
}

/** The outside world as an EventSale needs it: Postgres, Stripe, mail and the log. */
export function salePorts(env: Env): SalePorts & OrganiserPorts {
  const settings = requireSettings(env);
  const db = databaseAt(settings.databaseUrl);
  const breakers = breakersOf(env);
  const filing = postgresFiling(db);
  return {
    catalogue: {
      async load(eventId) {
        return (await loadEvent(db, eventId))?.definition ?? null;
      },
    },
    payments: stripePayments(openStripe(settings.stripe), breakers.stripe),
    actions: postgresActions(db),
    plans: postgresPlans(db),
    filing: {
      file: (batch) => breakers.postgres.run(() => filing.file(batch)),
      totals: (eventId) => breakers.postgres.run(() => filing.totals(eventId)),
    },
    mail: resendMail(settings, db),
    randomness: drandRandomness(settings.drandApiBase),
    telemetry: saleTelemetry(env),
  };
}
