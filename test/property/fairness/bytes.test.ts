import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromBase64Url, toBase64Url, u64be } from '../../../durable-objects/core/fairness/bytes.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const texts = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.stringMatching(/^[\w-]{0,12}$/),
  fc.stringMatching(/^[\w-]{0,12}[=+/\u00e9]?$/),
);

describe('base64url', () => {
  it('is what Node makes of the same bytes, and leads back to them', () => {
    fc.assert(
      fc.property(bytes, (raw) => {
        const text = toBase64Url(raw);
        assert.equal(text, Buffer.from(raw).toString('base64url'));
        assert.deepEqual(fromBase64Url(text), raw);
        assert.deepEqual(fromBase64Url(text, raw.length), raw);
        assert.equal(fromBase64Url(text, raw.length + 1), null);
      }),
    );
  });

  it('takes the canonical form only: one text for the same bytes', () => {
    fc.assert(
      fc.property(texts, (text) => {
        const canonical = Buffer.from(text, 'base64url').toString('base64url') === text;
        assert.equal(fromBase64Url(text) !== null, canonical);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('a u64', () => {
  it('is the number, big end first', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), (number) => {
        assert.equal(Buffer.from(u64be(number)).readBigUInt64BE(), BigInt(number));
      }),
    );
    for (const no of [-1, 0.5, 2 ** 53, Number.NaN]) expect(() => u64be(no)).toThrow(RangeError);
  });
});
