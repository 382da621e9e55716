import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isAlive } from './groups.ts';

const OURS = ['postgres', 'stripe', 'wrangler', 'registry', 'worker.env'];

/** Whether the data folder is ours now, or the process id of the launcher that has it. */
export type ClaimResult =
  | { readonly ok: true }
  | { readonly ok: false; readonly code: 'in_use'; readonly pid: number };

/** Claims the data folder for this launcher: two databases on the same files would ruin them. */
export async function claimFolder(devDir: string): Promise<ClaimResult> {
  await mkdir(devDir, { recursive: true });
  const holder = Number(await readFile(join(devDir, 'launcher.pid'), 'utf8').catch(() => '0'));
  if (holder > 0 && holder !== process.pid && isAlive(holder)) {
    return { ok: false, code: 'in_use', pid: holder };
  }
  await writeFile(join(devDir, 'launcher.pid'), String(process.pid));
  return { ok: true };
}

/** Gives the folder up. */
export async function releaseFolder(devDir: string): Promise<void> {
  await rm(join(devDir, 'launcher.pid'), { force: true });
}

/** Removes what earlier runs kept; other files that somebody put there stay. */
export async function resetFolder(devDir: string): Promise<void> {
  for (const name of OURS) await rm(join(devDir, name), { recursive: true, force: true });
}
