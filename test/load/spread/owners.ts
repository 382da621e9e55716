import { nodeOf } from '../../../durable-objects/core/shard-plan.ts';

/** The process that has EventSale. */
export const SALE_PROCESS = 0;
/** Leaves that are named one by one. */
const NAMED = 4;

/**
 * The process that has this leaf or relay. One process has everything; of several the first has EventSale
 * and no waiting room, and the others have the waiting rooms in turn.
 */
export function ownerOfRoom(index: number, processes: number): number {
  return processes === 1 ? SALE_PROCESS : 1 + (index % (processes - 1));
}

/** The process that has the waiting room of this object name. */
export function ownerOfRoomNamed(name: string, processes: number): number {
  const node = nodeOf(name);
  if (node === null) throw new Error(`no waiting room's name: ${name}`);
  return ownerOfRoom(node.index, processes);
}

/** What a process has, in words, when there are so many leaves. */
export function roleOf(index: number, processes: number, leaves: number): string {
  if (processes === 1) return 'everything';
  if (index === SALE_PROCESS) return 'EventSale';
  const own = Array.from({ length: leaves }, (_, leaf) => leaf).filter(
    (leaf) => ownerOfRoom(leaf, processes) === index,
  );
  return `leaves ${own.slice(0, NAMED).join(', ')}${own.length > NAMED ? ', …' : ''}`;
}
