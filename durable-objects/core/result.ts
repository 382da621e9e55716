/** An expected outcome: success with its value's fields, or a refusal with a stable code. Bugs throw instead. */
export type Result<Value, Refusal extends { code: string }> =
  | ({ ok: true } & Value)
  | ({ ok: false } & Refusal);

/** A refusal that carries nothing but its code. */
export interface Refused<Code extends string> {
  code: Code;
}

/** Marks a branch that the types rule out; reaching it is a bug. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
