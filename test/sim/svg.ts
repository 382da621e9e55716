/** One line of a chart; null leaves a gap. */
export interface Curve {
  name: string;
  points: readonly (readonly [number, number | null])[];
}

/** A chart: curves over one x axis. */
export interface Chart {
  title: string;
  x: string;
  y: string;
  curves: readonly Curve[];
}

const WIDTH = 860;
const HEIGHT = 260;
const LEFT = 80;
const TOP = 34;
const RIGHT = 170;
const BOTTOM = 36;
const COLOURS = ['#1d4ed8', '#b45309', '#15803d', '#be185d', '#6d28d9', '#0f766e'];

/** Charts below each other as one SVG picture, readable on light and dark pages. */
export function svgOf(title: string, charts: readonly Chart[]): string {
  const height = 40 + charts.length * HEIGHT;
  const bodies = charts.map((chart, index) => chartAt(chart, 40 + index * HEIGHT));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="12">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<text x="16" y="26" font-size="16" font-weight="600">${escape(title)}</text>`,
    ...bodies,
    '</svg>',
    '',
  ].join('\n');
}

function chartAt({ title, x, y, curves }: Chart, top: number): string {
  const points = curves.flatMap((curve) => curve.points);
  const xs = points.map(([at]) => at);
  const ys = points.flatMap(([, value]) => (value === null ? [] : [value]));
  const [from, to] = [Math.min(...xs), Math.max(...xs)];
  const most = niceCeiling(Math.max(1, ...ys));
  const plot = { width: WIDTH - LEFT - RIGHT, height: HEIGHT - TOP - BOTTOM };
  const px = (value: number) => LEFT + ((value - from) / Math.max(1e-9, to - from)) * plot.width;
  const py = (value: number) => TOP + plot.height - (value / most) * plot.height;
  const grid = [0, 0.25, 0.5, 0.75, 1].map((share) => {
    const at = py(share * most).toFixed(1);
    return `<path d="M${LEFT} ${at}H${LEFT + plot.width}" stroke="#e2e8f0"/><text x="${LEFT - 8}" y="${Number(at) + 4}" text-anchor="end" fill="#475569">${short(share * most)}</text>`;
  });
  const marks = ticks(from, to).map(
    (value) =>
      `<text x="${px(value).toFixed(1)}" y="${TOP + plot.height + 18}" text-anchor="middle" fill="#475569">${value}</text>`,
  );
  const lines = curves.map((curve, index) => {
    const colour = COLOURS[index % COLOURS.length] ?? '#000000';
    const key = `<text x="${LEFT + plot.width + 12}" y="${TOP + 12 + index * 18}" fill="${colour}">${escape(curve.name)}</text>`;
    return `<path d="${path(curve, px, py)}" fill="none" stroke="${colour}" stroke-width="1.8"/>${key}`;
  });
  return [
    `<g transform="translate(0 ${top})">`,
    `<text x="${LEFT}" y="20" font-weight="600">${escape(title)}</text>`,
    `<text x="${LEFT + plot.width}" y="20" text-anchor="end" fill="#475569">${escape(y)}</text>`,
    ...grid,
    ...marks,
    `<text x="${LEFT + plot.width + 12}" y="${TOP + plot.height + 18}" fill="#475569">${escape(x)}</text>`,
    ...lines,
    '</g>',
  ].join('\n');
}

function path(curve: Curve, px: (x: number) => number, py: (y: number) => number): string {
  let drawn = '';
  let pen = 'M';
  for (const [at, value] of curve.points) {
    if (value === null) {
      pen = 'M';
      continue;
    }
    drawn += `${pen}${px(at).toFixed(1)} ${py(value).toFixed(1)}`;
    pen = 'L';
  }
  return drawn;
}

function ticks(from: number, to: number): number[] {
  const step = niceCeiling((to - from) / 8);
  const first = Math.ceil(from / step) * step;
  return Array.from({ length: Math.floor((to - first) / step) + 1 }, (_, i) => first + i * step);
}

/** The next of 1, 2, 5 times a power of ten. */
function niceCeiling(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? value;
}

function short(value: number): string {
  if (value >= 1e6) return `${value / 1e6} M`;
  return value >= 1e4 ? `${value / 1e3} k` : String(Math.round(value * 100) / 100);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
