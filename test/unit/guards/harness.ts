import { vi } from 'vitest';
import { unpackSeats } from '../../../durable-objects/core/seat-status.ts';
import type { HandSale } from '../seats/sale-kit.ts';
import type * as SaleKit from '../seats/sale-kit.ts';

/** The tests' kit, with fresh modules: what was patched before is in them. */
export type Kit = typeof SaleKit;

/** A failure case: what must hold, and how its guard is taken away. */
export interface Guard {
  /** F1 to F24. */
  readonly name: string;
  /** What is taken away, in words. */
  readonly guard: string;
  /** Takes the guard away from modules that are loaded afterwards, by `patch` or by a spy on a class. */
  off(): void | Promise<void>;
  /** Plays the case; throws when what must hold does not. */
  play(kit: Kit): Promise<void>;
}

/** How the case ends with its guard: null when all holds, else what did not. */
export async function withGuard(guard: Guard): Promise<unknown> {
  restore();
  return failureOf(guard);
}

/** How the case ends without its guard. */
export async function withoutGuard(guard: Guard): Promise<unknown> {
  restore();
  await guard.off();
  try {
    return await failureOf(guard);
  } finally {
    restore();
  }
}

async function failureOf(guard: Guard): Promise<unknown> {
  const kit = await import('../seats/sale-kit.ts');
  return guard.play(kit).then(
    () => null,
    (error: unknown) => error,
  );
}

const patched = new Set<string>();

/** Replaces exports of the module at a path of the repository; `change` gets the real ones. */
export function patch<Module extends object>(
  path: string,
  change: (real: Module) => Partial<Module>,
): void {
  const file = new URL(`../../../${path}`, import.meta.url).pathname;
  patched.add(file);
  vi.doMock(file, async (load) => {
    const real = await load<Module>();
    return { ...real, ...change(real) };
  });
}

function restore(): void {
  for (const file of patched) vi.doUnmock(file);
  patched.clear();
  vi.restoreAllMocks();
  vi.resetModules();
}

/** Throws with what was expected unless it holds. */
export function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

/** How many seats are shown as free. */
export function freeSeats(sale: HandSale): number {
  const codes = unpackSeats(sale.desk.seats().packed, sale.seats.length);
  return codes.filter((code) => code === 0).length;
}
