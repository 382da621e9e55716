import assert from 'node:assert/strict';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { auditRecord } from '../../../durable-objects/core/fairness/audit.ts';
import { parseRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import { sampleRecord } from '../../unit/fairness/sample.ts';

type Path = readonly (string | number)[];

/** Paths to every number and text of a value. */
function scalars(value: unknown, path: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, inner]) => scalars(inner, [...path, key]));
}

/**
 * What nothing in the record fixes: the key only matters to receipts, when exactly the lobby was sealed
 * and who left is the operator's word, and so is how far admission went, within the line.
 */
const FREE = new Set(['receiptKey', 'gaps', 'admissions']);
const bound = scalars(sampleRecord()).filter(
  ([field = '', inner]) => !FREE.has(String(field)) && !(field === 'seal' && inner === 'at'),
);

function replace(value: unknown, path: Path, change: (old: unknown) => unknown): unknown {
  const [key, ...rest] = path;
  if (key === undefined) return change(value);
  if (Array.isArray(value))
    return value.map((inner, index) =>
      String(index) === key ? replace(inner, rest, change) : inner,
    );
  const object = value as Readonly<Record<string, unknown>>;
  return { ...object, [key]: replace(object[key], rest, change) };
}

function alter(old: unknown, by: number): unknown {
  if (typeof old === 'number') return old + by;
  const text = String(old);
  const at = by % text.length;
  const other = text.charAt(at) === 'A' ? 'B' : 'A';
  return text.slice(0, at) + other + text.slice(at + 1);
}

describe('a record of which anything was altered', () => {
  it('does not verify: one number or letter, anywhere', () => {
    expect(bound.length).toBeGreaterThan(40);
    fc.assert(
      fc.property(fc.constantFrom(...bound), fc.integer({ min: 1, max: 1_000_000 }), (path, by) => {
        const parsed = parseRecord(replace(sampleRecord(), path, (old) => alter(old, by)));
        if (!parsed.ok) return;
        const findings = auditRecord(parsed.record, { rehearsal: true });
        assert.ok(
          findings.some(({ verdict }) => verdict === 'fails'),
          path.join('.'),
        );
      }),
      { numRuns: 60 },
    );
  });
});
