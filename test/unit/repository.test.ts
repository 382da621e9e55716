import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = join(import.meta.dirname, '../..');
const tracked = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], {
  cwd: root,
  encoding: 'utf8',
})
  .split('\n')
  .filter((path) => path !== '');
const sources = tracked.filter(
  (path) => /^(worker|durable-objects|web|drizzle|dev|test)\/.*\.tsx?$/.test(path) && exists(path),
);

function exists(path: string): boolean {
  try {
    readFileSync(join(root, path));
    return true;
  } catch {
    return false;
  }
}

function read(path: string): string {
  return readFileSync(join(root, path), 'utf8');
}

interface Import {
  from: string;
  to: string;
  typeOnly: boolean;
}

function importsOf(path: string): Import[] {
  const pattern =
    /(?:^|\n)\s*(?:import|export)\s+(type\s)?[^'";]*?from\s+'([^']+)'|import\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g;
  return [...read(path).matchAll(pattern)].map((match) => {
    const target = match[2] ?? match[3] ?? match[4] ?? '';
    const to = target.startsWith('.') ? normalize(join(dirname(path), target)) : target;
    return { from: path, to, typeOnly: match[1] !== undefined };
  });
}

/** The layer a file belongs to: core ← protocol ← storage ← objects ← worker; drizzle ← worker/db. */
function layerOf(path: string): string {
  const inside = /^durable-objects\/(core|protocol|storage)\//.exec(path)?.[1];
  if (inside !== undefined) return inside;
  return path.split('/')[0] === 'durable-objects' ? 'objects' : (path.split('/')[0] ?? '');
}

const MAY_IMPORT: Record<string, readonly string[]> = {
  core: ['core'],
  protocol: ['core', 'protocol'],
  storage: ['core', 'protocol', 'storage'],
  objects: ['core', 'protocol', 'storage', 'objects'],
  worker: ['core', 'protocol', 'objects', 'worker', 'drizzle'],
  drizzle: ['core', 'drizzle'],
  web: ['web', 'protocol'],
};

/** What is allowed beyond the table, each with its reason. */
function isException(edge: Import): boolean {
  // The site takes the API's types from the Worker and shapes from the core; neither ships code.
  if (edge.from.startsWith('web/') && edge.typeOnly)
    return /^(worker|durable-objects)\//.test(edge.to);
  // The seed hashes the demo accounts' passwords the way the Worker checks them.
  return edge.from.startsWith('drizzle/seed') && edge.to.startsWith('worker/auth/');
}

/** Arithmetic only, the same in workerd, Node and the browser: SHA-256, BLS12-381 and Ed25519 for what fans verify. */
const PURE_PACKAGES = /^@noble\/(hashes|curves)\//;

const edges = sources.flatMap(importsOf);

describe('the repository', () => {
  it('has source files to check', () => {
    expect(sources.length).toBeGreaterThan(20);
    expect(edges.length).toBeGreaterThan(50);
  });

  it('lets dependencies point one way only', () => {
    const wrong = edges.filter((edge) => {
      if (!/^(worker|durable-objects|web|drizzle|dev|test)\//.test(edge.to)) return false;
      const allowed = MAY_IMPORT[layerOf(edge.from)];
      return allowed !== undefined && !allowed.includes(layerOf(edge.to)) && !isException(edge);
    });
    expect(wrong.map((edge) => `${edge.from} → ${edge.to}`)).toEqual([]);
  });

  it('lets only worker/db reach the database schema', () => {
    const wrong = edges.filter(
      (edge) =>
        edge.from.startsWith('worker/') &&
        edge.to.startsWith('drizzle/') &&
        !edge.from.startsWith('worker/db/'),
    );
    expect(wrong.map((edge) => `${edge.from} → ${edge.to}`)).toEqual([]);
  });

  it('keeps Cloudflare, Hono and Node out of the core', () => {
    const wrong = edges.filter(
      (edge) =>
        edge.from.startsWith('durable-objects/core/') &&
        !edge.to.startsWith('durable-objects/core/') &&
        !PURE_PACKAGES.test(edge.to),
    );
    expect(wrong.map((edge) => `${edge.from} → ${edge.to}`)).toEqual([]);
    const clocks = sources.filter(
      (path) =>
        path.startsWith('durable-objects/core/') &&
        /Date\.now\(|Math\.random\(|new Date\(\)/.test(read(path)),
    );
    expect(clocks).toEqual([]);
  });

  it('keeps every source file under 400 lines, and most under 150', () => {
    const lines = sources.map((path) => ({ path, count: read(path).split('\n').length }));
    expect(lines.filter((file) => file.count > 400)).toEqual([]);
    const short = lines.filter((file) => file.count < 150).length;
    expect(short / lines.length).toBeGreaterThan(0.6);
  });

  it('documents every export outside the tests', () => {
    const bare = sources
      .filter((path) => !path.startsWith('test/') && !path.endsWith('.config.ts'))
      .flatMap((path) => {
        const text = read(path).split('\n');
        return text.flatMap((line, index) => {
          const found =
            /^export (?:default )?(?:async )?(?:abstract )?(?:function|class|interface|const|type) (\w+)/.exec(
              line,
            );
          if (found === null) return [];
          const before = text[index - 1]?.trim() ?? '';
          const overload = before.endsWith(';') && before.startsWith('export function');
          return before.endsWith('*/') || overload ? [] : [`${path}: ${found[1] ?? ''}`];
        });
      });
    expect(bare).toEqual([]);
  });

  it('has nothing at the top but the agreed layout', () => {
    const allowed =
      /^(worker|durable-objects|web|drizzle|dev|test|wrangler\.toml|package(-lock)?\.json|tsconfig[a-z.]*\.json|README\.md|LICENSE|\..*|[a-z.]+\.config\.ts)$/;
    const top = [...new Set(tracked.map((path) => path.split('/')[0] ?? ''))];
    expect(top.filter((name) => !allowed.test(name))).toEqual([]);
  });

  it('leaves no marks of unfinished work', () => {
    const marks = /\b(TODO|FIXME|HACK|XXX)\b|\.(skip|only|todo)\(|@ts-ignore|@ts-expect-error/;
    const wrong = sources
      .filter((path) => path !== 'test/unit/repository.test.ts')
      .filter((path) => marks.test(read(path)));
    expect(wrong).toEqual([]);
  });
});
