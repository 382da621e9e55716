import { atLeast, atMost, plain, type Figure } from '../bench/report.ts';
import type { BigRun } from './big-run.ts';
import { callRates } from './series.ts';
import { svgOf } from './svg.ts';

/** What a run took of the machine. */
export interface Effort {
  wallSeconds: number;
  cpuSeconds: number;
  peakMb: number;
}

/** Issue 3, part 8. */
const BARS = { wallSeconds: 600, peakMb: 4_096 };
/** Requests a second that an object takes (platform.md, "Hard limits"). */
const OBJECT_REQUESTS = 1_000;
/** Requests a second that all pollers and fans may make together (issue 3, part 4). */
const EDGE_REQUESTS = 150_000;
/** Largest frame, bytes (design, "Tick"). */
const FRAME_BYTES = 1_024;
/** Bytes of the line for 13 M (issue 3, part 10). */
const LINE_BYTES = 4 * 1_024 ** 2;
const PEOPLE_AHEAD_PERCENT = 0.1;

/** The figures of a big run. */
export function figuresOf(run: BigRun, effort: Effort): Figure[] {
  const { world, frames, state, soldOutAt, fewLeftAt } = run;
  const { auditor, sale, relays, leaves, thinLeaves, buyers, meters, waits } = world;
  const most = (actors: readonly { requests: { most: number } }[]): number =>
    actors.reduce((peak, { requests }) => Math.max(peak, requests.most), 0);
  const seats = world.definition.plan.sections.length;
  const figures = [
    atMost('wall time', effort.wallSeconds, 's', BARS.wallSeconds),
    plain('CPU time', effort.cpuSeconds, 's'),
    atMost('peak memory', effort.peakMb, 'MB', BARS.peakMb),
    plain('leaves, the real code', leaves.length, 'objects'),
    plain('leaves, thin', thinLeaves.length, 'objects'),
    plain('relays', relays.length, 'objects'),
    plain('places, each given once and none left out', auditor.line.tail, 'places'),
    plain('people called, none before one ahead of them', auditor.line.calledPeople, 'people'),
    plain('people who came in', buyers.came, 'people'),
    plain('people who came in and found no seats', buyers.foundNothing, 'people'),
    plain('orders paid', buyers.bought, 'orders'),
    plain('seats sold', buyers.seatsBought, 'seats'),
    plain('sold out after opening', soldOutAt ?? Number.NaN, 'min'),
    plain('of which the last hundredth', (soldOutAt ?? Number.NaN) - (fewLeftAt ?? 0), 'min'),
    atMost('people ahead, worst error', auditor.aheadError * 100, '%', PEOPLE_AHEAD_PERCENT),
    plain('ticks published', frames.count, 'ticks'),
    atMost('ticks that tell people ahead less exactly', frames.inexact, 'ticks', 0),
    atMost('largest tick', frames.largestBytes, 'bytes', FRAME_BYTES),
    plain('place told after asking, median', waits.quantile(0.5), 'ms'),
    plain('place told after asking, 99 of 100', waits.quantile(0.99), 'ms'),
    atMost('EventSale, fullest second', sale.requests.most, 'requests', OBJECT_REQUESTS),
    atMost('busiest leaf, fullest second', most(leaves), 'requests', OBJECT_REQUESTS),
    atMost('Worker, fullest second', meters.edge.most, 'requests', EDGE_REQUESTS),
    atMost('EventSale’s line', state.line, 'bytes', LINE_BYTES),
    plain('EventSale’s chain of grants', state.chain, 'bytes'),
    plain('EventSale’s seats and orders', state.seats, 'bytes'),
    plain('largest leaf', state.largestLeaf, 'bytes'),
    plain('all leaves', state.leaves, 'bytes'),
  ];
  figures.push(...drawFigures(run));
  if (relays.length > 0)
    figures.push(
      atMost('busiest relay, fullest second', most(relays), 'requests', OBJECT_REQUESTS),
    );
  figures.push(atLeast('sections sold out', soldOutAt === null ? 0 : seats, 'sections', seats));
  return figures;
}

function drawFigures({ draw, drawnAt }: BigRun): Figure[] {
  if (draw === null) return [];
  const { people, findings, earlyShare } = draw;
  const kept = findings.filter(({ verdict }) => verdict === 'holds');
  return [
    plain('lobby, drawn', people, 'people'),
    plain('lobby drawn after opening', (drawnAt ?? Number.NaN) * 60, 's'),
    atLeast('checks of the published record that hold', kept.length, 'checks', findings.length),
    plain('first tenth of the drawn who had come in the first half', earlyShare * 100, '%'),
  ];
}

/** The curves of a run: those ahead of a few fans, admissions, and how the line went. */
export function pictureOf(run: BigRun, title: string): string {
  const { samples, followed } = run;
  const points = (of: (sample: (typeof samples)[number]) => number | null) =>
    samples.map((sample) => [sample.minute, of(sample)] as const);
  const minutes = 'minutes since opening';
  return svgOf(title, [
    {
      title: 'People ahead of five fans who came one after the other',
      x: minutes,
      y: 'people',
      curves: followed.map((fan, index) => ({
        name: `fan ${fan.toLocaleString('en')}`,
        points: points(({ ahead }) => ahead[index] ?? null),
      })),
    },
    {
      title: 'The line',
      x: minutes,
      y: 'people',
      curves: [
        { name: 'places given', points: points(({ joined }) => joined) },
        { name: 'waiting', points: points(({ waiting }) => waiting) },
      ],
    },
    {
      title: 'Admissions',
      x: minutes,
      y: 'people',
      curves: [
        { name: 'called a minute', points: callRates(samples).map((at) => [at.minute, at.rate]) },
        { name: 'inside', points: points(({ inside }) => inside) },
      ],
    },
    {
      title: 'Seats',
      x: minutes,
      y: 'seats',
      curves: [{ name: 'free', points: points(({ seatsLeft }) => seatsLeft) }],
    },
  ]);
}

/** The same, a row every five minutes. */
export function seriesOf(run: BigRun): Record<string, number | string>[] {
  return run.samples
    .filter((_, index) => index % 5 === 4)
    .map(({ minute, joined, waiting, called, inside, seatsLeft, ahead }) => ({
      minute: Math.round(minute),
      joined,
      waiting,
      called,
      inside,
      seatsLeft,
      ahead: ahead.map((people) => people ?? '–').join(' '),
    }));
}
