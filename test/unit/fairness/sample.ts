import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FairnessRecord } from '../../../durable-objects/core/fairness/fairness-record.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';

/** Folder of what the second implementation wrote, from the text in its README.md alone. */
export const VECTORS = join(import.meta.dirname, '../../vectors');

/** A file of the second implementation. */
export function vectors(name: string): unknown {
  return JSON.parse(readFileSync(join(VECTORS, `${name}.json`), 'utf8'));
}

/** A whole record, as fresh from the API, of an event that never was. */
export function sampleRecord(): FairnessRecord {
  return vectors('record') as FairnessRecord;
}

/** A fan of the sample with the receipt they kept. */
export interface SampleFan {
  account: AccountId;
  place: number;
  order: number;
  receipt: string;
}

/** Five fans of the sample: four of its lobby and one who came after opening. */
export const { receipts: SAMPLE_FANS } = vectors('receipt') as {
  receipts: [SampleFan, SampleFan, SampleFan, SampleFan, SampleFan];
};
