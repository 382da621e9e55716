/** Lets `hear` know of each call of `method` on `store`, after it has had its effect. */
export type Hearing<Store> = {
  [Method in keyof Store]?: Store[Method] extends (...args: infer Args) => infer Answer
    ? (args: Args, answer: Answer) => void
    : never;
};

/** The store itself, overheard. */
export function overheard<Store extends object>(store: Store, hearing: Hearing<Store>): Store {
  return new Proxy(store, {
    get(inner, name) {
      const member: unknown = Reflect.get(inner, name);
      if (typeof member !== 'function') return member;
      const hear: unknown = Reflect.get(hearing, name);
      if (typeof hear !== 'function') return member.bind(inner) as unknown;
      return (...args: unknown[]): unknown => {
        const answer: unknown = Reflect.apply(member, inner, args);
        Reflect.apply(hear, undefined, [args, answer]);
        return answer;
      };
    },
  });
}
