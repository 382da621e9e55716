import { describe } from 'vitest';
import { MemoryQueueStore } from '../../../durable-objects/storage/queue-store-memory.ts';
import { MemoryRelayStore } from '../../../durable-objects/storage/relay-store-memory.ts';
import { MemoryRoomStore } from '../../../durable-objects/storage/room-store-memory.ts';
import { queueStoreCases, relayStoreCases, roomStoreCases } from './store-cases.ts';

describe('the queue in memory', () => {
  queueStoreCases((use) => Promise.resolve(use(new MemoryQueueStore())));
});

describe('a leaf in memory', () => {
  roomStoreCases((use) => Promise.resolve(use(new MemoryRoomStore())));
});

describe('a relay in memory', () => {
  relayStoreCases((use) => Promise.resolve(use(new MemoryRelayStore())));
});
