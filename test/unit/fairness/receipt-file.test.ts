import { describe, expect, it } from 'vitest';
import { readReceipt } from '../../../durable-objects/core/fairness/receipt-file.ts';
import { SAMPLE_FANS, sampleRecord } from './sample.ts';

const { eventId } = sampleRecord();

describe('a receipt that a fan gives', () => {
  const [{ account, receipt }] = SAMPLE_FANS;

  it('is read bare, with the white space that copying leaves', () => {
    const read = { receipt, eventId: eventId, account: null };
    expect(readReceipt(`\n  ${receipt} \n`)).toEqual(read);
  });

  it('is read from the file that was offered, which says whose it is', () => {
    const file = JSON.stringify({ event: eventId, account, receipt }, null, 2);
    expect(readReceipt(file)).toEqual({ receipt, eventId: eventId, account });
  });

  it.each(['', '{', '{}', '{"receipt":1,"account":2}', 'nonsense', 'null', '[]'])(
    'that is none (%s) is passed on as it is, for the check to refuse',
    (text) => {
      expect(readReceipt(text)).toEqual({ receipt: text, eventId: null, account: null });
    },
  );
});
