import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Message } from '../../../web/src/i18n/format-message.ts';

const folder = join(import.meta.dirname, '../../../web/src/i18n');
const areas = await readdir(join(folder, 'en'));

async function read(language: string, area: string): Promise<Record<string, Message>> {
  const module = (await import(join(folder, language, area))) as {
    default: Record<string, Message>;
  };
  return module.default;
}

const slots = (message: Message): string[] => {
  const text = typeof message === 'string' ? message : Object.values(message).join(' ');
  return [...new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ''))].sort();
};

describe.each(areas)('the catalogue %s', (area) => {
  it('says the same things in Hindi as in English, with the same slots', async () => {
    const [english, hindi] = [await read('en', area), await read('hi', area)];
    expect(Object.keys(hindi).sort()).toEqual(Object.keys(english).sort());
    expect(Object.keys(english).length).toBeGreaterThan(3);
    for (const [key, message] of Object.entries(english))
      expect([key, slots(hindi[key] ?? '')]).toEqual([key, slots(message)]);
  });

  it('has every plural that the language needs', async () => {
    for (const language of ['en', 'hi'])
      for (const message of Object.values(await read(language, area))) {
        if (typeof message === 'string') continue;
        const needed = new Intl.PluralRules(language).resolvedOptions().pluralCategories;
        expect(Object.keys(message)).toEqual(expect.arrayContaining(needed));
      }
  });
});
