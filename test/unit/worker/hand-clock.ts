/** A clock that stands still until it is moved; timers ring and sleepers wake in the order of their times. */
export function handClock() {
  let now = 1_000;
  const timers = new Set<{ at: number; task: () => void }>();
  const later = (ms: number, task: () => void) => {
    const timer = { at: now + ms, task };
    timers.add(timer);
    return () => {
      timers.delete(timer);
    };
  };
  const settle = async () => {
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  return {
    now: () => now,
    later,
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        later(ms, wake);
      }),
    /** Timers that have not rung. */
    get pending() {
      return timers.size;
    },
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        await settle();
        const next = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        timers.delete(next);
        now = Math.max(now, next.at);
        next.task();
      }
      now = end;
      await settle();
    },
  };
}
