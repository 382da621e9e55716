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
        if (cost === 0) meters.add(`rows read: ${kind}`);
        else if (typeof cost === 'number') meters.add(label, cost);
        else if (typeof cost === 'function')
          meters.add(label, Number(Reflect.apply(cost, undefined, [args, answer])));
        else if (answer === undefined) meters.add(`rows written: ${kind} ${String(name)}`);
        else meters.add(`rows read: ${kind}`);
        return answer;
      };
      wrapped.set(name, call);
      return call;
    },
  });
}
