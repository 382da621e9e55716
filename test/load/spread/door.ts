import { WorkerEntrypoint } from 'cloudflare:workers';
import type { Env } from '../../../worker/env.ts';

/** The Worker's environment in one of several processes. */
export interface SpreadEnv extends Env {
  /** Number of this process, and of all. */
  PROCESS: string;
  PROCESSES: string;
  /** The doors of the processes, by number. */
  [door: `DOOR_${number}`]: DoorRpc;
}

/** What a door answers. */
export interface DoorRpc extends Pick<Fetcher, 'fetch'> {
  /**
   * Calls a method of an object; rejects as the object does. The answer is wrapped: an RPC result that is
   * handed on as it is would ask its receiver to dispose of it.
   */
  call(address: ObjectAddress, method: string, args: unknown[]): Promise<{ answer: unknown }>;
}

/** An object of this process, as others ask for it. */
export interface ObjectAddress {
  namespace: 'EVENT_SALE' | 'WAITING_ROOM';
  name: string;
}

/** Header of a request to a door: the waiting room that it is for. */
export const ROOM_HEADER = 'x-spread-room';

/** An object's methods. What a stub has is RPC whatever the name: a method can only be called where it is looked up. */
type Methods = Record<string, (...args: unknown[]) => Promise<unknown>>;

/** Where other processes reach the objects of this one. */
export class Door extends WorkerEntrypoint<SpreadEnv> implements Pick<DoorRpc, 'call'> {
  async call(
    { namespace, name }: ObjectAddress,
    method: string,
    args: unknown[],
  ): Promise<{ answer: unknown }> {
    const objects = this.env[namespace];
    const stub = objects.get(objects.idFromName(name)) as unknown as Methods;
    return { answer: await stub[method]?.(...args) };
  }

  /** A socket for a waiting room. */
  override fetch(request: Request): Promise<Response> {
    const rooms = this.env.WAITING_ROOM;
    const name = request.headers.get(ROOM_HEADER) ?? '';
    return rooms.get(rooms.idFromName(name)).fetch(request);
  }
}
