import { describe } from 'vitest';
import { MemorySeatStore } from '../../../durable-objects/storage/memory-seat-store.ts';
import { storeConformance } from './store-conformance.ts';

describe('seats and orders in memory', () => {
  storeConformance(async (body) => body(new MemorySeatStore()));
});
