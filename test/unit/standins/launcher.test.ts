import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { neighbours } from '../../../dev/crowd/world.ts';
import { createChildren } from '../../../dev/launcher/children.ts';
import { isAlive } from '../../../dev/launcher/groups.ts';
import { readOptions, type Options } from '../../../dev/launcher/options.ts';
import { busyPorts } from '../../../dev/launcher/ports.ts';
import { planServices, type Services } from '../../../dev/launcher/services.ts';
import { claimFolder, releaseFolder, resetFolder } from '../../../dev/launcher/state.ts';

function options(env: Record<string, string> = {}, args: string[] = []): Options {
  const read = readOptions(args, env, '/project');
  if (!read.ok) throw new Error(read.message);
  return read.options;
}

function services(env: Record<string, string> = {}): Services {
  const planned = planServices(options(env));
  if (!planned.ok) throw new Error(planned.message);
  return planned.services;
}

async function eventually(holds: () => boolean): Promise<void> {
  const end = Date.now() + 10_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error('did not become true within 10 s');
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

describe('the options', () => {
  it('have the documented defaults', () => {
    expect(options()).toMatchObject({
      devDir: '/project/.dev',
      ports: {
        PORT: 8787,
        POSTGRES_PORT: 5488,
        REDIS_PORT: 8079,
        STRIPE_STANDIN_PORT: 12111,
        MAIL_PORT: 8025,
        DRAND_STANDIN_PORT: 8035,
      },
      crowd: 150,
      reset: false,
      standinsOnly: false,
    });
    expect(options({}, ['--no-crowd']).crowd).toBe(0);
    expect(options({ DEV_DIR: '/tmp/x' }, ['--crowd', '7'])).toMatchObject({
      crowd: 7,
      devDir: '/tmp/x',
    });
  });

  it.each([
    [{ PORT: 'abc' }, [], 'PORT'],
    [{ MAIL_PORT: '70000' }, [], 'MAIL_PORT'],
    [{ MAIL_PORT: '8079' }, [], 'REDIS_PORT and MAIL_PORT'],
    [{}, ['--crowd', '-1'], '--crowd'],
    [{}, ['--crowd', '5000'], '--crowd'],
    [{}, ['--rest'], '--rest'],
  ])('are refused in words when wrong: %j %j', (env, args, expected) => {
    const read = readOptions(args, env, '/project');
    expect(read).toMatchObject({ ok: false, code: 'usage' });
    expect(read.ok ? '' : read.message).toContain(expected);
  });
});

describe('the plan of services', () => {
  it('starts every stand-in when no hosted key is set, and points the Worker at them', () => {
    const plan = services({ POSTGRES_PORT: '6001', STRIPE_STANDIN_PORT: '6002', PORT: '6003' });
    expect(plan.standins.map((standin) => standin.name)).toEqual([
      'postgres',
      'redis',
      'stripe',
      'mail',
      'drand',
    ]);
    expect(plan.worker).toMatchObject({
      PUBLIC_ORIGIN: 'http://localhost:6003',
      DATABASE_URL: 'postgresql://onsale:onsale@localhost:6001/onsale',
      STRIPE_API_BASE: 'http://localhost:6002',
      STRIPE_JS_URL: 'http://localhost:6002/v3/',
      DRAND_API_BASE: 'http://localhost:8035',
    });
    expect(plan.standins[2]?.env['STRIPE_WEBHOOK_URL']).toBe(
      'http://localhost:6003/api/webhooks/stripe',
    );
  });

  it('leaves out a stand-in whose hosted key is set, and hands the key on', () => {
    const neon = 'postgresql://u:p@ep-x.neon.tech/db?sslmode=require';
    const plan = services({
      DATABASE_URL: neon,
      STRIPE_SECRET_KEY: 'sk_test_real',
      STRIPE_PUBLISHABLE_KEY: 'pk_test_real',
      STRIPE_WEBHOOK_SECRET: 'whsec_real',
      DRAND_API_BASE: 'https://api.drand.sh',
    });
    expect(plan.standins.map((standin) => standin.name)).toEqual(['redis', 'mail']);
    expect(plan.hostedDatabase).toBe(true);
    expect(plan.worker).toMatchObject({
      DATABASE_URL: neon,
      STRIPE_SECRET_KEY: 'sk_test_real',
      STRIPE_API_BASE: 'https://api.stripe.com',
      STRIPE_JS_URL: 'https://js.stripe.com/v3/',
      DRAND_API_BASE: 'https://api.drand.sh',
    });
  });

  it('says which key is missing beside a hosted one', () => {
    const redis = planServices(options({ UPSTASH_REDIS_REST_URL: 'https://x.upstash.io' }));
    expect(redis.ok ? '' : redis.message).toContain('UPSTASH_REDIS_REST_TOKEN');
    const stripe = planServices(
      options({ STRIPE_SECRET_KEY: 'sk_test_1', STRIPE_PUBLISHABLE_KEY: 'pk' }),
    );
    expect(stripe.ok ? '' : stripe.message).toContain('STRIPE_WEBHOOK_SECRET');
  });
});

it('names a busy port and the variable that changes it', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, '127.0.0.1', resolve));
  const { port } = blocker.address() as AddressInfo;
  const { ports } = options({ REDIS_PORT: String(port) });
  const [sentence, ...others] = await busyPorts(['REDIS_PORT'], ports);
  expect(sentence).toContain(`Port ${port} (Redis stand-in) is busy`);
  expect(sentence).toContain('REDIS_PORT=');
  expect(others).toEqual([]);
  await new Promise((resolve) => blocker.close(resolve));
  expect(await busyPorts(['REDIS_PORT'], ports)).toEqual([]);
});

describe('the data folder', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onsale-state-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  it('belongs to one launcher at a time, and to the next when that one is gone', async () => {
    expect(await claimFolder(folder)).toEqual({ ok: true });
    await writeFile(join(folder, 'launcher.pid'), String(process.ppid));
    expect(await claimFolder(folder)).toEqual({ ok: false, code: 'in_use', pid: process.ppid });
    await writeFile(join(folder, 'launcher.pid'), '4194999');
    expect(await claimFolder(folder)).toEqual({ ok: true });
    await releaseFolder(folder);
  });

  it('loses on reset what we keep there and nothing else', async () => {
    await writeFile(join(folder, 'worker.env'), 'x');
    await writeFile(join(folder, 'notes.txt'), 'mine');
    await resetFolder(folder);
    expect(await readdir(folder)).toEqual(['notes.txt']);
  });
});

describe('children', () => {
  /** A process that starts another, tells its id, and ignores polite requests to end. */
  const STUBBORN = `process.on('SIGTERM', () => {});
    const { spawn } = require('node:child_process');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    console.log('grandchild ' + child.pid);
    setInterval(() => {}, 1000);`;

  it('end with all their descendants', async () => {
    const children = createChildren(() => undefined);
    const child = children.start({ name: 'x', args: ['-e', STUBBORN], env: process.env });
    const grandchild = Number(await child.waitForLine('grandchild '));
    expect(isAlive(grandchild)).toBe(true);
    children.killAll();
    expect((await child.ended).ending).toBe('signal SIGKILL');
    await eventually(() => isGone(grandchild));
  });

  it('that die are reported with their exit code, and what they started dies too', async () => {
    const children = createChildren(() => undefined);
    const script = STUBBORN.replace('setInterval(() => {}, 1000);`', '');
    const child = children.start({
      name: 'x',
      args: ['-e', `${script}; setTimeout(() => process.exit(7), 100)`],
      env: process.env,
    });
    const grandchild = Number(await child.waitForLine('grandchild '));
    expect(await child.ended).toEqual({ code: 7, ending: 'exit code 7' });
    await expect(child.waitForLine('never ')).rejects.toThrow('x ended (exit code 7)');
    await eventually(() => isGone(grandchild));
    await children.stopAll();
    expect(() => children.start({ name: 'late', args: [], env: {} })).toThrow('late');
  });

  it('do not survive a launcher that was killed with -9', async () => {
    const module = join(import.meta.dirname, '../../../dev/launcher/children.ts');
    const launcher = spawn(process.execPath, [
      '--input-type=module',
      '-e',
      `const { createChildren } = await import(${JSON.stringify(module)});
       createChildren((name, line) => console.log(line)).start({ name: 'x', args: ['-e', ${JSON.stringify(STUBBORN)}], env: process.env });`,
    ]);
    let output = '';
    launcher.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    await eventually(() => /grandchild \d+\n/.test(output));
    const grandchild = Number(/grandchild (\d+)/.exec(output)?.[1]);
    expect(isGone(grandchild)).toBe(false);
    launcher.kill('SIGKILL');
    await eventually(() => isGone(grandchild));
  });
});

/** Gone, or a zombie that nobody has collected in this container. */
function isGone(pid: number): boolean {
  if (!isAlive(pid)) return true;
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').includes(') Z ');
  } catch {
    return true;
  }
}

it('the crowd picks free neighbours of one row', () => {
  const seat = (row: string, number: number, status: 'available' | 'sold') => ({
    id: `${row}${number}`,
    label: `${row}${number}`,
    section: 'S',
    row,
    number,
    categoryId: 'gold',
    status,
  });
  const seats = [
    seat('A', 1, 'available'),
    seat('A', 2, 'sold'),
    seat('A', 3, 'available'),
    seat('B', 1, 'available'),
    seat('B', 2, 'available'),
  ];
  for (const at of [0, 0.3, 0.6]) expect(neighbours(seats, 2, at)).toEqual(['B1', 'B2']);
  expect(neighbours(seats.slice(1, 2), 1, 0)).toEqual([]);
  expect(neighbours([], 1, 0.5)).toEqual([]);
});
