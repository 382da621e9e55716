/**
 * Asks until there is an answer, for effects in other processes whose clock cannot be moved. Throws
 * after `withinMs`.
 */
export async function eventually<Value>(
  ask: () => Promise<Value | undefined>,
  withinMs = 15_000,
): Promise<Value> {
  const until = Date.now() + withinMs;
  for (;;) {
    const value = await ask();
    if (value !== undefined) return value;
    if (Date.now() > until) throw new Error(`nothing after ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
