import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../..');

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

/** Paths that are answered without the Worker, as `wrangler.toml` says. */
function withoutWorker(): string[] {
  const [, list = ''] = /^run_worker_first = (\[.*\])$/m.exec(read('wrangler.toml')) ?? [];
  return (JSON.parse(list) as string[]).flatMap((path) =>
    path.startsWith('!') ? [path.slice(1)] : [],
  );
}

it('a page costs one request to the Worker: what it links is served as a file, which is free', () => {
  const alert = read('web/src/queue/turn-alert.ts');
  const linked = [
    ...[...read('web/index.html').matchAll(/<link [^>]*href="([^"]+)"/g)].map(([, href]) => href),
    ...[...alert.matchAll(/'(\/[\w.-]+\.svg)'/g)].map(([, href]) => href),
  ];
  expect(linked.length).toBeGreaterThan(3);
  expect(linked.filter((href) => !withoutWorker().includes(href ?? ''))).toEqual([]);
});

it('files that no Worker answers have their headers from the asset store', () => {
  const files = read('web/public/_headers')
    .split('\n')
    .filter((line) => line.startsWith('/'));
  expect(files).toEqual(withoutWorker());
});
