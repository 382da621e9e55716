/** Runs tasks one after the other, in the order they came; a failed task does not stop the next. */
export type Serial = <T>(task: () => Promise<T>) => Promise<T>;

/** Makes a queue for a resource that is one connection (PGlite) or must look atomic (Lua in Redis). */
export function createSerial(): Serial {
  let tail: Promise<unknown> = Promise.resolve();
  return (task) => {
    const run = tail.then(task);
    tail = run.catch(() => undefined);
    return run;
  };
}
