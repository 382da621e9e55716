import { stadiumPlan } from '../../durable-objects/core/plan-geometry.ts';
import type { AdmissionSettings, SaleSettings } from '../../durable-objects/core/sale.ts';
import type { AccountId } from '../../durable-objects/core/ids.ts';
import { BEARER_PREFIX, LIVE_PROTOCOL } from '../../durable-objects/protocol/live.ts';
import { signToken } from '../../durable-objects/protocol/tokens.ts';
import { connect } from '../../drizzle/client.ts';
import { demoEvents } from '../../drizzle/demo-events.ts';
import { users } from '../../drizzle/schema.ts';
import { seedEvent } from '../../drizzle/seed.ts';

/** The local secret of wrangler.toml. */
export const LOCAL_SECRET = 'local-development-only-not-a-secret';

const settings: Omit<SaleSettings, 'opensAt' | 'closesAt'> = {
  lobby: 'fifo',
  admission: {
    batchSize: 1_000_000,
    everyMs: 1_000,
    slots: 1_000_000,
    claimWindowMs: 600_000,
    graceMs: 600_000,
    sessionMs: 3_600_000,
    ordersPerSecond: 1_000_000,
  },
  holdTtlMs: 600_000,
  payingTtlMs: 900_000,
  seatsPerAccount: 6,
  joinLimit: { max: 5, windowMs: 300_000 },
  leaves: 1,
};

/** What a test may set of its own sale; the rest is wide open. */
export type SaleChoice = Partial<Omit<typeof settings, 'admission'>> & {
  admission?: Partial<AdmissionSettings>;
  /** Negative: open already. */
  opensInDays?: number;
  /** Seats of the concert, unless the stadium of 60,000 is asked for. */
  stadium?: boolean;
};

/** Puts an event into the catalogue, as the seed does. */
export async function addSale(
  databaseUrl: string,
  id: string,
  choice: SaleChoice = {},
): Promise<void> {
  const { opensInDays = -0.01, stadium = false, admission, ...rest } = choice;
  const demo = demoEvents()[0];
  if (demo === undefined) throw new Error('the seed has no events');
  await seedEvent(
    connect(databaseUrl),
    {
      ...demo,
      ...(stadium ? stadiumPlan() : {}),
      id,
      name: `Test sale ${id}`,
      opensInDays,
      settings: { ...settings, ...rest, admission: { ...settings.admission, ...admission } },
    },
    Date.now(),
  );
}

/** A fan for load: an account id and a valid access token, signed as the Worker signs them. */
export interface LoadFan {
  accountId: AccountId;
  token: string;
}

/** Fans of a load. `series` keeps those of several loads apart; with a role they are organisers. */
export function loadFans(
  count: number,
  series: number,
  role: { role?: 'organiser' } = {},
): Promise<LoadFan[]> {
  const iat = Math.floor(Date.now() / 1000);
  const hex = series.toString(16).padStart(8, '0');
  return Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const accountId =
        `${hex}-0000-4000-8000-${index.toString(16).padStart(12, '0')}` as AccountId;
      const claims = {
        sub: accountId,
        jti: accountId,
        sid: accountId,
        email: `${index}@load.local`,
        name: 'Load',
        ev: true,
        ...role,
        iat,
        exp: iat + 3600,
      };
      return { accountId, token: await signToken(LOCAL_SECRET, 'access', claims) };
    }),
  );
}

/** Rows of one statement. */
const ROWS = 1_000;

/** Gives fans of a load accounts: without one nobody's booking can be filed. */
export async function addAccounts(databaseUrl: string, fans: readonly LoadFan[]): Promise<void> {
  const database = connect(databaseUrl);
  const emailVerifiedAt = new Date();
  for (let from = 0; from < fans.length; from += ROWS) {
    const rows = fans.slice(from, from + ROWS).map(({ accountId: id }) => {
      const email = `${id}@load.local`;
      return { id, email, name: 'Load', passwordHash: 'none', emailVerifiedAt };
    });
    await database.insert(users).values(rows);
  }
}

/** Where a fan's live connection goes, and what it offers. */
export function liveTarget(
  port: number,
  eventId: string,
  fan: LoadFan,
): { port: number; path: string; protocols: readonly string[] } {
  const protocols = [LIVE_PROTOCOL, `${BEARER_PREFIX}${fan.token}`];
  return { port, path: `/ws/events/${eventId}`, protocols };
}
