import type { DoorRpc, ObjectAddress, SpreadEnv } from './door.ts';
import { ROOM_HEADER } from './door.ts';
import { ownerOfRoomNamed, SALE_PROCESS } from './owners.ts';

const made = new WeakMap<SpreadEnv, SpreadEnv>();

/**
 * The environment as the product expects it: its namespaces lead to each object's own process. The same for
 * the same environment.
 */
export function spread(env: SpreadEnv): SpreadEnv {
  const known = made.get(env);
  if (known !== undefined) return known;
  const own = Number(env.PROCESS);
  const processes = Number(env.PROCESSES);
  const doorOf = (owner: number): DoorRpc | null => {
    if (owner === own) return null;
    const door = env[`DOOR_${owner}`];
    if (door === undefined) throw new Error(`no process ${owner}`);
    return door;
  };
  const all: SpreadEnv = {
    ...env,
    EVENT_SALE: spreadNamespace(env, 'EVENT_SALE', () => doorOf(SALE_PROCESS)),
    WAITING_ROOM: spreadNamespace(env, 'WAITING_ROOM', (name) =>
      doorOf(ownerOfRoomNamed(name, processes)),
    ),
  };
  made.set(env, all);
  return all;
}

/** `doorTo`: the door of the process that has the object of this name, null for our own. */
function spreadNamespace(
  env: SpreadEnv,
  namespace: ObjectAddress['namespace'],
  doorTo: (name: string) => DoorRpc | null,
): DurableObjectNamespace {
  const own = env[namespace];
  const get: DurableObjectNamespace['get'] = (id, options) => {
    const { name } = id;
    if (name === undefined) throw new Error('objects are found by their names');
    const door = doorTo(name);
    return door === null ? own.get(id, options) : farStub(door, { namespace, name });
  };
  return {
    get,
    getByName: (name, options) => get(own.idFromName(name), options),
    idFromName: (name) => own.idFromName(name),
    idFromString: (id) => own.idFromString(id),
    newUniqueId: (options) => own.newUniqueId(options),
    jurisdiction: () => {
      throw new Error('processes here have no jurisdictions');
    },
  };
}

/** Stands for an object of another process: every method is a call through its door. */
function farStub(door: DoorRpc, address: ObjectAddress): DurableObjectStub {
  const far = (input: RequestInfo, init?: RequestInit) => {
    const request = new Request(input, init);
    request.headers.set(ROOM_HEADER, address.name);
    return door.fetch(request);
  };
  return new Proxy(Object.create(null), {
    get: (_, method) => {
      if (method === 'fetch') return far;
      // Looked for by whoever awaits the stub itself.
      if (typeof method === 'symbol' || method === 'then') return undefined;
      return async (...args: unknown[]) => (await door.call(address, method, args)).answer;
    },
  }) as DurableObjectStub;
}
