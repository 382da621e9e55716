import type { EventId } from './core/ids.ts';
import { leafName, parentOf } from './core/shard-plan.ts';
import type { RoomNode } from './core/shard-plan.ts';
import type { SaleRecordRpc } from './protocol/fairness-rpc.ts';
import type { SaleOrganiserRpc } from './protocol/organiser-rpc.ts';
import type { ParentRpc, RelayRpc, SaleQueueRpc, WaitingRoomRpc } from './protocol/queue-rpc.ts';
import type { SaleSeatsRpc } from './protocol/seats-rpc.ts';

/** Bindings that the objects need; the Worker's environment has them and more. */
export interface ObjectEnv {
  EVENT_SALE: DurableObjectNamespace;
  WAITING_ROOM: DurableObjectNamespace;
  AUTH_SECRET: string;
}

/** Everything an EventSale answers. */
export type EventSaleRpc = SaleQueueRpc & SaleSeatsRpc & SaleRecordRpc & SaleOrganiserRpc;
/** A leaf: RPC, and `fetch` for sockets. */
export type WaitingRoomStub = WaitingRoomRpc & Pick<Fetcher, 'fetch'>;

/**
 * The one EventSale of an event. A fresh stub each time: a stub that saw an exception may stay broken
 * (developers.cloudflare.com/durable-objects, "Error handling").
 */
export function saleOf(env: ObjectEnv, eventId: EventId): EventSaleRpc {
  return env.EVENT_SALE.get(env.EVENT_SALE.idFromName(eventId)) as unknown as EventSaleRpc;
}

/** The leaf with this index. */
export function leafAt(env: ObjectEnv, eventId: EventId, index: number): WaitingRoomStub {
  return roomNamed(env, leafName(eventId, index));
}

/** A waiting room by its object name, as children give it to their parent. */
export function roomNamed(env: ObjectEnv, name: string): WaitingRoomStub {
  return namespaceStub(env, name) as unknown as WaitingRoomStub;
}

/** A relay by its object name. */
export function relayNamed(env: ObjectEnv, name: string): RelayRpc {
  return namespaceStub(env, name) as unknown as RelayRpc;
}

/** Whom a node asks: its relay, or EventSale itself. */
export function parentAt(env: ObjectEnv, node: RoomNode): ParentRpc {
  const relay = parentOf(node);
  return relay === null ? saleOf(env, node.eventId) : relayNamed(env, relay);
}

function namespaceStub(env: ObjectEnv, name: string): DurableObjectStub {
  return env.WAITING_ROOM.get(env.WAITING_ROOM.idFromName(name));
}
