import { spawnSync } from 'node:child_process';

/**
 * Sends a signal to a process that was started detached and to all its descendants. True when somebody
 * was there to get it. Windows has no process groups; there the tree is ended by force.
 */
export function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  if (process.platform === 'win32') {
    if (signal === 0) return isAlive(pid);
    return spawnSync('taskkill', ['/pid', String(pid), '/T', '/F']).status === 0;
  }
  return isAlive(-pid, signal);
}

/** Whether a process exists. */
export function isAlive(pid: number, signal: NodeJS.Signals | 0 = 0): boolean {
  try {
    process.kill(pid, signal);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Ends a group: asks, waits up to `graceMs` while looking, then forces. */
export async function endGroup(pid: number, graceMs: number): Promise<void> {
  signalGroup(pid, 'SIGTERM');
  const deadline = performance.now() + graceMs;
  while (signalGroup(pid, 0)) {
    if (performance.now() > deadline) {
      signalGroup(pid, 'SIGKILL');
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
