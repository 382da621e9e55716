import { describe, expect, it } from 'vitest';
import { leafName, relayName } from '../../../durable-objects/core/shard-plan.ts';
import type { EventId } from '../../../durable-objects/core/ids.ts';
import { ownerOfRoom, ownerOfRoomNamed, roleOf, SALE_PROCESS } from '../../load/spread/owners.ts';

const EVENT = 'spread-sale' as EventId;

describe('a product spread over several processes', () => {
  it('is all in one when there is one', () => {
    expect([0, 1, 47].map((leaf) => ownerOfRoom(leaf, 1))).toEqual([0, 0, 0]);
    expect(roleOf(0, 1, 4)).toBe('everything');
  });

  it('has EventSale alone in the first, and as many leaves in each of the others', () => {
    const owners = Array.from({ length: 48 }, (_, leaf) => ownerOfRoom(leaf, 5));
    const counts = [0, 1, 2, 3, 4].map((index) => owners.filter((owner) => owner === index).length);
    expect(counts).toEqual([0, 12, 12, 12, 12]);
    expect(SALE_PROCESS).toBe(0);
    expect(roleOf(0, 5, 48)).toBe('EventSale');
    expect(roleOf(2, 3, 4)).toBe('leaves 1, 3');
  });

  it('finds leaves and relays by their names, and no other object', () => {
    expect(ownerOfRoomNamed(leafName(EVENT, 3), 3)).toBe(ownerOfRoom(3, 3));
    expect(ownerOfRoomNamed(relayName(EVENT, 1), 3)).toBe(ownerOfRoom(1, 3));
    expect(() => ownerOfRoomNamed(EVENT, 3)).toThrow('no waiting room');
  });
});
