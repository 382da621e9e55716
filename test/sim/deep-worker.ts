import { runMoneySeed } from './money/money-runs.ts';

// A process of the deep run: told a seed, it runs it and tells what became of it.
process.on('message', (seed) => {
  void runMoneySeed(Number(seed)).then((run) => process.send?.(run));
});
