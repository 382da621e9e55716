import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Seconds of CPU that a process has used, all its threads together; NaN where there is no `/proc`. */
export function cpuSecondsOf(pid: number): number {
  const { own, kernel } = cpuPartsOf(pid);
  return own + kernel;
}

/** Of these the ones that the kernel used on its behalf. */
export function kernelSecondsOf(pid: number): number {
  return cpuPartsOf(pid).kernel;
}

function cpuPartsOf(pid: number): { own: number; kernel: number } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command's name, in brackets, may itself contain spaces.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { own: Number(fields[11]) / CLOCK_TICKS, kernel: Number(fields[12]) / CLOCK_TICKS };
  } catch {
    return { own: Number.NaN, kernel: Number.NaN };
  }
}

/** Seconds of CPU that the whole machine has been busy, all cores together; NaN where there is no `/proc`. */
export function cpuSecondsOfAll(): number {
  try {
    const [all = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    const [user = 0, nice = 0, system = 0, , , irq = 0, softirq = 0, stolen = 0] = all
      .split(/\s+/)
      .slice(1)
      .map(Number);
    return (user + nice + system + irq + softirq + stolen) / CLOCK_TICKS;
  } catch {
    return Number.NaN;
  }
}

/** Most resident memory that a process has had, bytes; NaN where there is no `/proc`. */
export function peakMemoryOf(pid: number): number {
  try {
    const kilobytes = /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    return Number(kilobytes) * 1024;
  } catch {
    return Number.NaN;
  }
}

const CLOCK_TICKS = clockTicks();

function clockTicks(): number {
  try {
    return Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
  } catch {
    return 100;
  }
}
