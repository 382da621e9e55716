import { expect, test } from 'vitest';
import { seatIdsIn } from '../../../web/src/organiser/seat-ids.ts';

test('seats are named with commas, spaces or lines between them', () => {
  expect(seatIdsIn('G1-A-1')).toEqual(['G1-A-1']);
  expect(seatIdsIn(' G1-A-1, G1-A-2;G1-A-3\nG1-A-4 ')).toEqual([
    'G1-A-1',
    'G1-A-2',
    'G1-A-3',
    'G1-A-4',
  ]);
});

test('nothing named means the whole booking; a slip means no seat at all', () => {
  expect(seatIdsIn('  ')).toBeUndefined();
  expect(seatIdsIn(' , ')).toEqual([]);
});
