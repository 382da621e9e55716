// Runs beside the launcher and outlives it: when the launcher is gone for whatever reason, `kill -9`
// included, the process groups it had started are ended.
import { endGroup } from './groups.ts';

const pids = new Set<number>();

process.on('message', (message: { readonly add?: number; readonly remove?: number }) => {
  if (message.add !== undefined) pids.add(message.add);
  if (message.remove !== undefined) pids.delete(message.remove);
});

process.on('disconnect', () => {
  void Promise.all([...pids].map((pid) => endGroup(pid, 5_000))).then(() => process.exit(0));
});
