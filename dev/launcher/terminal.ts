import { DEMO_ACCOUNTS, DEMO_ORGANISER } from '../../drizzle/demo-data.ts';
import type { Options } from './options.ts';
import type { Services } from './services.ts';

const COLOURS = [36, 33, 35, 32, 34, 31];
const useColour = process.stdout.isTTY && process.env['NO_COLOR'] === undefined;
const known: string[] = [];

/** Lines that would hide all others: each request that went well, the demo crowd's doings, wrangler's tables. */
const NOISE = [
  /^\[wrangler:\w+\] (GET|HEAD|POST|PUT|PATCH|DELETE|OPTIONS) /,
  /^\{.*"name":"request".*"status":[1-4]\d\d/,
  /^\{.*"accountId":"20000000-0000-4000-8000-/,
  /^\{.*"name":"(joined|called|left)".*"count":\d+\}/,
  /^(env\.|Binding {3}|Your Worker has access|Using secrets defined)/,
  /^\[custom build\]\s*(>.*|npm warn.*)?$/,
];

/** Printer for children's lines: each gets its name in front, in a colour of its own. */
export function linePrinter(verbose: boolean): (name: string, line: string) => void {
  return (name, line) => {
    if (line.trim() === '' || (!verbose && NOISE.some((noise) => noise.test(line)))) return;
    if (!known.includes(name)) known.push(name);
    const colour = COLOURS[known.indexOf(name) % COLOURS.length] ?? 0;
    const label = `${name.padEnd(8)} │`;
    console.log(`${useColour ? `\u001B[${colour}m${label}\u001B[0m` : label} ${line}`);
  };
}

/** The table of addresses and demo accounts. */
export function addressTable(options: Options, services: Services): string {
  const { addresses, worker } = services;
  const site = worker['PUBLIC_ORIGIN'] ?? '';
  const rows: (readonly [string, string])[] = [];
  if (!options.standinsOnly) {
    rows.push(['Site', site], ['API', `${site}/api/docs`]);
  }
  rows.push(
    ['Mail', addresses.mail ?? 'hosted'],
    ['Postgres', addresses.postgres ?? 'hosted'],
    ['Redis', addresses.redis ?? 'hosted'],
    ['Stripe', addresses.stripe ?? 'hosted'],
    ['drand', addresses.drand ?? 'hosted'],
  );
  if (!services.hostedDatabase || options.seed) {
    for (const { email, password } of DEMO_ACCOUNTS) {
      rows.push(['Account', `${email}  ${password}`]);
    }
    if (!services.hostedDatabase)
      rows.push(['Organiser', `${DEMO_ORGANISER.email}  ${DEMO_ORGANISER.password}`]);
  } else {
    rows.push(['Demo data', 'not written to a hosted database; npm run db:seed does']);
  }
  if (addresses.stripe !== undefined) {
    rows.push(['Cards', '4242 4242 4242 4242 pays, 4000 0000 0000 0002 is declined']);
  }
  const left = Math.max(...rows.map(([label]) => label.length));
  const right = Math.max(...rows.map(([, text]) => text.length));
  const rule = (a: string, b: string, c: string): string =>
    `${a}${'─'.repeat(left + 2)}${b}${'─'.repeat(right + 2)}${c}`;
  return [
    rule('┌', '┬', '┐'),
    ...rows.map(([label, text]) => `│ ${label.padEnd(left)} │ ${text.padEnd(right)} │`),
    rule('└', '┴', '┘'),
  ].join('\n');
}
