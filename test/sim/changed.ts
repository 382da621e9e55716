/** Methods of `inner`, some of them replaced. */
export function changed<Store extends object>(inner: Store, changes: Partial<Store>): Store {
  return new Proxy(inner, {
    get(target, name) {
      const member: unknown = Reflect.get(name in changes ? changes : target, name);
      return typeof member === 'function' ? (member.bind(target) as unknown) : member;
    },
  });
}
