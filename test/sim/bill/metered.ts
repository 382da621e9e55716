import type { Meters } from '../meters.ts';
import type { RowCosts } from './rows.ts';

/** The store, with what its SQLite would write and read counted for `kind`. A method without a price that answers nothing counts as one row written. */
export function metered<Store extends object>(
  store: Store,
  kind: string,
  costs: RowCosts<Store>,
  meters: Meters,
): Store {
  const wrapped = new Map<string | symbol, unknown>();
  const read = `rows read: ${kind}`;
  return new Proxy(store, {
    get(inner, name) {
      const known = wrapped.get(name);
      if (known !== undefined) return known;
      const member: unknown = Reflect.get(inner, name);
      if (typeof member !== 'function') return member;
      const cost: unknown = Reflect.get(costs, name);
      const label = `rows written: ${kind} ${String(name)}`;
      const call = (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, inner, args);
        if (cost === 0) meters.add(read);
        else if (typeof cost === 'number') meters.add(label, cost);
        else if (typeof cost === 'function')
          meters.add(label, Number(Reflect.apply(cost, undefined, [args, answer])));
        else meters.add(answer === undefined ? label : read);
        return answer;
      };
      wrapped.set(name, call);
      return call;
    },
  });
}
