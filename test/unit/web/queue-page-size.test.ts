import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { build } from 'vite';
import { expect, it } from 'vitest';

const LIMIT_BYTES = 30 * 1024;

interface Chunk {
  file: string;
  imports?: string[];
}

/** The file of a manifest entry and of everything it imports at once. */
function closure(manifest: Record<string, Chunk>, key: string, seen: Set<string>): Set<string> {
  if (seen.has(key)) return seen;
  seen.add(key);
  for (const next of manifest[key]?.imports ?? []) closure(manifest, next, seen);
  return seen;
}

it.each(['en', 'hi'])(
  'the queue page loads at most 30 KB of gzipped JavaScript in all (%s)',
  async (language) => {
    const outDir = await mkdtemp(join(tmpdir(), 'onsale-web-'));
    try {
      const configFile = join(import.meta.dirname, '../../../web/vite.config.ts');
      await build({ configFile, logLevel: 'error', build: { outDir, emptyOutDir: true } });
      const manifest = JSON.parse(
        await readFile(join(outDir, '.vite/manifest.json'), 'utf8'),
      ) as Record<string, Chunk>;
      const roots = [
        'index.html',
        'src/pages/queue.tsx',
        `src/i18n/${language}/common.ts`,
        `src/i18n/${language}/queue.ts`,
      ];
      const keys = new Set<string>();
      for (const root of roots) {
        expect(Object.keys(manifest)).toContain(root);
        closure(manifest, root, keys);
      }
      let total = 0;
      for (const key of keys) {
        const file = manifest[key]?.file ?? '';
        if (file.endsWith('.js')) total += gzipSync(await readFile(join(outDir, file))).length;
      }
      console.log(`queue page, ${language}: ${(total / 1024).toFixed(1)} KB gzipped JavaScript`);
      expect(total).toBeLessThanOrEqual(LIMIT_BYTES);
    } finally {
      await rm(outDir, { recursive: true, force: true });
    }
  },
  60_000,
);
