import { afterEach, describe, expect, it, vi } from 'vitest';
import type { FairnessRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import { loadRecord } from '../../../web/src/fairness/load-record.ts';
import { sampleRecord } from '../fairness/sample.ts';

/** A record of forty links, in form; whether they are a chain is for the audit to say. */
const whole = ((): FairnessRecord => {
  const sample = sampleRecord();
  const [link] = sample.links;
  if (link === undefined) throw new Error('the sample has links');
  const links = Array.from({ length: 40 }, (_, seq) => ({ ...link, seq, first: seq * link.count }));
  return { ...sample, links, length: links.length };
})();

/** Serves it in pages of `size` links; `lengthOf` is what a page says of the whole. */
function serve(
  size: number,
  lengthOf: (from: number) => number,
): { most: number; asked: number[] } {
  const { links, ...rest } = whole;
  const seen = { most: 0, asked: [] as number[] };
  let open = 0;
  vi.stubGlobal('fetch', async (path: string) => {
    const from = Number(new URL(path, 'http://localhost').searchParams.get('from') ?? 0);
    seen.asked.push(from);
    open += 1;
    seen.most = Math.max(seen.most, open);
    await Promise.resolve();
    open -= 1;
    const length = lengthOf(from);
    const page = { ...rest, length, links: links.slice(0, length).slice(from, from + size) };
    return Response.json(page satisfies FairnessRecord);
  });
  return seen;
}

afterEach(() => void vi.unstubAllGlobals());

describe('a record of many pages', () => {
  const { links, length } = whole;

  it.each([1, 3, 7, 10, 40, 1_000])(
    'is put together whole from pages of %i links',
    async (size) => {
      const seen = serve(size, () => length);
      const loaded = await loadRecord('sample-2023');
      expect(loaded).toEqual({ ok: true, data: whole });
      expect(seen.asked).toEqual(
        Array.from({ length: Math.ceil(length / size) }, (_, n) => n * size),
      );
      expect(seen.most).toBeLessThanOrEqual(6);
    },
  );

  it('is asked for some pages at a time', async () => {
    const seen = serve(1, () => length);
    await loadRecord('sample-2023');
    expect(seen.most).toBe(6);
  });

  it('ends with the newest page, though the first ones are from when it was shorter', async () => {
    serve(10, (from) => (from < 20 ? 25 : length));
    const loaded = await loadRecord('sample-2023');
    expect(loaded).toMatchObject({ ok: true, data: { length } });
    expect(loaded.ok && loaded.data.links).toEqual(links);
  });

  it('is not waited for when its links are missing', async () => {
    const seen = serve(2, () => length);
    const real = globalThis.fetch;
    vi.stubGlobal('fetch', async (path: string) => {
      const page = (await (await real(path)).json()) as FairnessRecord;
      return Response.json(path.includes('from') ? { ...page, links: [] } : page);
    });
    const loaded = await loadRecord('sample-2023');
    expect(loaded).toMatchObject({ ok: true, data: { length } });
    expect(loaded.ok && loaded.data.links).toEqual(links.slice(0, 2));
    expect(seen.asked.length).toBeLessThan(10);
  });
});
