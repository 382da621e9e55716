import { writeFileSync } from 'node:fs';

/**
 * One figure. `ratio` compares ours with the floor or peer of the same run, so that more is better; `bar`
 * is for the ratio where there is one, otherwise for the value. `skipped` says why nothing was measured.
 */
export interface Figure {
  name: string;
  value: number;
  unit: string;
  floor?: number;
  peer?: number;
  ratio?: number;
  bar?: number;
  ok: boolean;
  skipped?: string;
}

/** A figure that says something and has no bar. */
export function plain(name: string, value: number, unit: string): Figure {
  return { name, value, unit, ok: true };
}

/** A figure that must not be above its bar. */
export function atMost(name: string, value: number, unit: string, bar: number): Figure {
  return { name, value, unit, bar, ok: value <= bar };
}

/** A figure that must not be below its bar. */
export function atLeast(name: string, value: number, unit: string, bar: number): Figure {
  return { name, value, unit, bar, ok: value >= bar };
}

/** A rate against its floor: the ratio must reach the bar. */
export function againstFloor(
  name: string,
  unit: string,
  ours: number,
  floor: number,
  bar: number,
): Figure {
  const ratio = ours / floor;
  return { name, value: ours, unit, floor, ratio, bar, ok: ratio >= bar };
}

/** A duration against its floor: the ratio is floor over ours, so that more is better here too. */
export function durationAgainstFloor(
  name: string,
  ours: number,
  floor: number,
  bar: number,
): Figure {
  const ratio = floor / ours;
  return { name, value: ours, unit: 'ms', floor, ratio, bar, ok: ratio >= bar };
}

/** Prints the table; `--json FILE` writes the figures, `--strict` makes a missed bar a non-zero exit. */
export function report(figures: readonly Figure[], argv: readonly string[]): void {
  const number = (value: number | undefined) =>
    value === undefined
      ? ''
      : value >= 100
        ? Math.round(value).toLocaleString('en')
        : value.toFixed(2);
  console.table(
    figures.map((figure) => ({
      name: figure.name,
      ours: number(figure.value),
      unit: figure.unit,
      floor: number(figure.floor ?? figure.peer),
      ratio: number(figure.ratio),
      bar: number(figure.bar),
      ok:
        figure.skipped !== undefined ? `skipped: ${figure.skipped}` : figure.ok ? 'yes' : 'MISSED',
    })),
  );
  const file = argv[argv.indexOf('--json') + 1];
  if (argv.includes('--json') && file !== undefined)
    writeFileSync(file, `${JSON.stringify(figures, null, 2)}\n`);
  if (argv.includes('--strict') && figures.some(isMissed)) process.exitCode = 1;
}

function isMissed(figure: Figure): boolean {
  return !figure.ok && figure.skipped === undefined;
}

/** The middle of an odd number of runs; what one run says depends on what else the machine does. */
export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
