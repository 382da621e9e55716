import { describe } from 'vitest';
import { MemoryQueueStore } from '../../../durable-objects/storage/queue-store-memory.ts';
import { MemoryRoomStore } from '../../../durable-objects/storage/room-store-memory.ts';
import { queueStoreCases, roomStoreCases } from './store-cases.ts';

describe('the queue in memory', () => {
  queueStoreCases((use) => Promise.resolve(use(new MemoryQueueStore())));
});

describe('a leaf in memory', () => {
  roomStoreCases((use) => Promise.resolve(use(new MemoryRoomStore())));
});
