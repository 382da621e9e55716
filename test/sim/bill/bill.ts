import { Meters } from '../meters.ts';
import { BILLING, CPU_MS, PRICES } from './prices.ts';
import { REDIS } from './redis.ts';

/** One line of the bill, USD. */
export interface BillLine {
  group: string;
  name: string;
  quantity: number;
  unit: string;
  usd: number;
}

/** Objects of one kind, how long they were in memory, and how much of that is billed (see `Wakefulness`), ms. */
export interface ObjectTime {
  kind: string;
  objects: number;
  awakeMs: number;
  activeMs: number;
}

/** What was counted in a run, by name, and how long its objects were in memory. */
export interface Counted {
  counts: readonly (readonly [string, number])[];
  times: readonly ObjectTime[];
}

/** The bill of a run of so many hours. Quantities without a price have none in the lists and cost nothing. */
export function billOf({ counts, times }: Counted, hours: number): BillLine[] {
  const meters = new Meters();
  for (const [name, count] of counts) meters.add(name, count);
  const lines: BillLine[] = [];
  const add = (group: string, name: string, quantity: number, unit: string, price: number) => {
    if (quantity > 0) lines.push({ group, name, quantity, unit, usd: quantity * price });
  };
  const named = (prefix: string): [string, number][] =>
    meters
      .all()
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, count]) => [name.slice(prefix.length), count]);

  for (const [route, count] of named('Worker requests: '))
    add('Worker requests', route, count, 'requests', PRICES.workerRequest);
  let cpuMs = 0;
  for (const [route, count] of named('Worker requests: '))
    cpuMs += count * (CPU_MS[route] ?? CPU_MS['default'] ?? 0);
  add('Worker CPU', 'all routes', cpuMs, 'ms', PRICES.workerCpuMs);
  for (const [call, count] of named('object requests: '))
    add('object requests', call, count, 'requests', PRICES.objectRequest);
  const messages = meters.get('WebSocket messages in') / BILLING.messagesPerRequest;
  add(
    'object requests',
    'WebSocket messages in, a twentieth',
    messages,
    'requests',
    PRICES.objectRequest,
  );
  for (const { kind, objects, activeMs } of times)
    add(
      'object duration',
      `${objects} × ${kind}`,
      gbSecondsOf(activeMs),
      'GB-s',
      PRICES.objectGbSecond,
    );
  for (const [what, count] of named('rows written: '))
    add('rows written', what, count, 'rows', PRICES.rowWritten);
  add('rows read', 'all', meters.sum('rows read: '), 'rows', PRICES.rowRead);
  add('Redis', 'commands', meters.get('Redis commands'), 'commands', PRICES.redisCommand);
  add('Postgres', 'compute', hours * BILLING.neonCu, 'CU-hours', PRICES.neonCuHour);
  add('Postgres', 'statements', meters.sum('Postgres statements'), 'statements', 0);
  add('Stripe', 'calls', meters.sum('Stripe calls'), 'calls', 0);
  const events =
    meters.sum('Worker requests: ') + meters.sum('object requests: ') + meters.sum('log lines: ');
  add(
    'logs',
    `${BILLING.logSampling * 100} % of events`,
    events * BILLING.logSampling,
    'events',
    PRICES.logEvent,
  );
  add(
    'WebSocket messages out',
    'ticks, places',
    meters.get('WebSocket messages out'),
    'messages',
    0,
  );
  return lines;
}

function gbSecondsOf(ms: number): number {
  return (ms / 1_000) * BILLING.objectGb;
}

/** What more it would cost, USD, were all time in memory billed. */
export function idleUsd(times: readonly ObjectTime[]): number {
  const idleMs = times.reduce((sum, { awakeMs, activeMs }) => sum + awakeMs - activeMs, 0);
  return gbSecondsOf(idleMs) * PRICES.objectGbSecond;
}

/** What more it would cost, USD, were so many fans to come with an access token that has ended. */
export function renewalUsd(fans: number): number {
  const { workerRequest, workerCpuMs, redisCommand } = PRICES;
  const cpu = (CPU_MS['default'] ?? 0) * workerCpuMs;
  return fans * (workerRequest + cpu + REDIS.renew * redisCommand);
}

/** Lines of one group added up, dearest first. */
export function byGroup(lines: readonly BillLine[]): { group: string; usd: number }[] {
  const groups = new Map<string, number>();
  for (const { group, usd } of lines) groups.set(group, (groups.get(group) ?? 0) + usd);
  return [...groups].map(([group, usd]) => ({ group, usd })).sort((a, b) => b.usd - a.usd);
}

export function total(lines: readonly BillLine[]): number {
  return lines.reduce((sum, { usd }) => sum + usd, 0);
}
