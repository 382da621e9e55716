import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startDev } from '../support/dev-server.ts';
import type { DevServer } from '../support/dev-server.ts';
import { freePort } from '../support/workerd.ts';

const run = promisify(execFile);
const home = join(import.meta.dirname, '../..');

describe('a clean clone', () => {
  let clone = '';
  let dev: DevServer | undefined;

  beforeAll(async () => {
    clone = mkdtempSync(join(tmpdir(), 'onsale-clone-'));
    await run('git', ['clone', '--quiet', `file://${home}`, clone]);
    await run('npm', ['install', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: clone });
  });

  afterAll(async () => {
    await dev?.stop();
    await rm(clone, { recursive: true, force: true });
  });

  it('comes up with one command, serves site and API with an event on sale, and ends without leaving a process', async () => {
    dev = await startDev({ root: clone, args: ['--crowd', '5'] });
    const health = await fetch(`${dev.origin}/healthz`);
    expect(await health.json()).toMatchObject({ ok: true });

    const page = await fetch(dev.origin);
    expect(page.headers.get('content-type')).toContain('text/html');
    expect(page.headers.get('content-security-policy')).toContain("default-src 'none'");

    const listed = await (await fetch(`${dev.origin}/api/events`)).text();
    expect(listed).toContain('coldplay-mumbai');
    expect(dev.output()).toContain(dev.origin);
    expect(dev.output()).toContain('fan@example.com');

    expect((await dev.stop()).code).toBe(0);
    const left = execFileSync('ps', ['-eo', 'pid,args'], { encoding: 'utf8' }).split('\n');
    expect(left.filter((line) => line.includes(clone) && !line.includes('ps -eo'))).toEqual([]);
  });

  it('names the busy port and the variable that changes it, and exits with 1', async () => {
    const port = await freePort();
    const blocker = createServer().listen(port, '127.0.0.1');
    const failure = await run('npm', ['run', 'dev'], {
      cwd: clone,
      env: {
        ...process.env,
        POSTGRES_PORT: String(port),
        DEV_DIR: mkdtempSync(join(tmpdir(), 'onsale-busy-')),
      },
    }).then(
      () => null,
      (error: { code: number; stderr: string; stdout: string }) => error,
    );
    blocker.close();
    expect(failure?.code).toBe(1);
    expect(`${failure?.stderr}${failure?.stdout}`).toContain(String(port));
    expect(`${failure?.stderr}${failure?.stdout}`).toContain('POSTGRES_PORT');
  });
});
