import { atLeast, atMost, plain } from '../bench/report.ts';
import type { Figure } from '../bench/report.ts';
import type { LoadResult, Stretch, WorkerdFound } from './load-test.ts';
import type { LoadOptions } from './options.ts';
import { sum } from './usage.ts';
import type { Usage } from './usage.ts';

const MB = 1024 * 1024;
/** The least of issue 3, part 9; times in ms. The tick's: before the next one is due. */
const BARS = {
  fans: 10_000,
  joinsPerSecond: 1_000,
  joinMean: 45,
  joinP99: 120,
  tickP99: 1_000,
  /** People ahead are no more than 3 s old (issue 3, part 2). */
  silence: 3_000,
  errorsPercent: 0.01,
  memory: 512,
} as const;

/** What the test found out, beside its bars. `bareMemory`: bytes of a workerd that holds as many bare sockets. */
export function loadFigures(
  options: LoadOptions,
  result: LoadResult,
  bareMemory: number | null,
): Figure[] {
  const { ledger, come, stay, stampede, hostile, outage, buyers, pollers, used } = result;
  const joins = come.meters.join.count + (outage?.meters.join.count ?? 0);
  const joinRate = joins / (come.ms / 1000);
  // Where fewer come than the bar asks for, as many as half of them must get through.
  const asked = options.perSecond >= BARS.joinsPerSecond;
  const joinBar = asked ? BARS.joinsPerSecond : options.perSecond / 2;
  return [
    atLeast('fans at once', result.atOnce, 'fans', Math.min(BARS.fans, options.fans)),
    plain('… of them with a socket', result.sockets, 'fans'),
    outage === null
      ? atLeast('joins', joinRate, '/s', joinBar)
      : plain('joins, the outage included', joinRate, '/s'),
    ...joinFigures('', come),
    ...cpuFigures(result, come.used, ' while they came'),
    plain('the load generator’s loop was busy', come.busy * 100, '% of the time'),
    plain('arrival to place, p99', come.meters.arrival.quantile(0.99), 'ms'),
    ...(pollers.join.count === 0
      ? []
      : [plain('join over HTTP beside it, p99', pollers.join.quantile(0.99), 'ms')]),
    ...tickFigures('', stay),
    atMost('longest without a tick', stay.meters.silence.quantile(1), 'ms', BARS.silence),
    plain('fans who lost their connection together', stampede.fans, 'fans'),
    plain('… and came back within 1 s; all welcome after', stampede.ms, 'ms'),
    ...joinFigures(' beside hostile sockets', hostile),
    ...tickFigures(' beside hostile sockets', hostile),
    plain('messages of hostile sockets', result.hostiles.sent, 'messages'),
    plain('hostile sockets turned away', result.hostiles.turnedAway, 'times'),
    plain('fans who bought', buyers.bought.length, 'fans'),
    atLeast(
      'bookings filed, of those confirmed',
      result.filed / Math.max(1, buyers.bought.length),
      '',
      1,
    ),
    plain('lock, p99', buyers.lock.quantile(0.99), 'ms'),
    plain('purchase, p99', buyers.purchase.quantile(0.99), 'ms'),
    ...(outage === null
      ? []
      : [
          plain('killed with fans there', outage.fans, 'fans'),
          plain('from SIGKILL to an answer', outage.downMs, 'ms'),
          plain('until all were back in place', outage.backMs, 'ms'),
        ]),
    plain('questions asked', ledger.asked, ''),
    atMost('errors', (ledger.errors / ledger.asked) * 100, '%', BARS.errorsPercent),
    atMost('answers contradicted', ledger.contradictions.length, '', 0),
    atMost('places nobody was told', Math.abs(ledger.untold()), '', 0),
    ...memoryFigures(result, bareMemory),
    ...cpuFigures(result, used, ''),
    plain('CPU of the load generator', (used.generator / used.wall) * 100, '% of a core'),
    plain('CPU of the stand-ins', (used.standins / used.wall) * 100, '% of a core'),
    plain('CPU of all else on the machine', (used.others / used.wall) * 100, '% of a core'),
  ];
}

function joinFigures(where: string, { meters }: Stretch): Figure[] {
  return [
    atMost(`join${where}, mean`, meters.join.mean(), 'ms', BARS.joinMean),
    plain(`join${where}, p50`, meters.join.quantile(0.5), 'ms'),
    atMost(`join${where}, p99`, meters.join.quantile(0.99), 'ms', BARS.joinP99),
  ];
}

function tickFigures(where: string, { meters }: Stretch): Figure[] {
  return [
    plain(`tick${where}, p50`, meters.tick.quantile(0.5), 'ms'),
    atMost(`tick${where}, p99`, meters.tick.quantile(0.99), 'ms', BARS.tickP99),
  ];
}

/** The workerd that took most memory for the fans. */
export function fattestOf({ workerds }: LoadResult): WorkerdFound {
  return workerds.reduce((most, workerd) =>
    workerd.peakMemory.before > most.peakMemory.before ? workerd : most,
  );
}

/** Of each: runtime, Worker, its objects, and its side of every connection. `bare`: bytes of the floor. */
function memoryFigures(result: LoadResult, bare: number | null): Figure[] {
  const { workerds } = result;
  const { role, sockets, peakMemory } = fattestOf(result);
  const one = workerds.length === 1;
  const name = `resident memory of ${one ? 'workerd' : `the fattest workerd (${role})`}, peak`;
  const figure = atMost(name, peakMemory.before / MB, 'MB', BARS.memory);
  return [
    bare === null
      ? figure
      : { ...figure, name: `${name}; floor: ${sockets} bare sockets`, floor: bare / MB },
    plain('… with the hostile sockets', peakMemory.end / MB, 'MB'),
    ...(one ? [] : workerds.map((of) => plain(`… of ${of.role}`, of.peakMemory.end / MB, 'MB'))),
    ...(one ? [] : [plain('… of all', sum(workerds.map((of) => of.peakMemory.end)) / MB, 'MB')]),
  ];
}

function cpuFigures({ workerds }: LoadResult, used: Usage, when: string): Figure[] {
  const share = (name: string, seconds: number) =>
    plain(name, (seconds / used.wall) * 100, '% of a core');
  const all = share(`CPU of workerd${when}`, sum(used.workerds));
  if (workerds.length === 1) return [all];
  return [
    all,
    ...workerds.map(({ role }, index) => share(`… of ${role}`, used.workerds[index] ?? 0)),
  ];
}
