/** A clock that stands still until it is moved; sleepers wake in the order of their times. */
export function handClock() {
  let now = 1_000;
  let sleepers: { at: number; wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms: number) =>
      new Promise<void>((wake) => {
        sleepers.push({ at: now + ms, wake });
      }),
    async pass(ms: number) {
      const end = now + ms;
      for (;;) {
        for (let turn = 0; turn < 20; turn++) await Promise.resolve();
        const next = sleepers.filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
        if (next === undefined) break;
        sleepers = sleepers.filter((each) => each !== next);
        now = Math.max(now, next.at);
        next.wake();
      }
      now = end;
    },
  };
}
