import { describe, expect, test } from 'vitest';
import { accountGuards } from './account-guards.ts';
import { withGuard, withoutGuard } from './harness.ts';
import { moneyGuards } from './money-guards.ts';
import { seatGuards } from './seat-guards.ts';

// Each failure case is played twice: as the code is, and with the one rule taken away that stops it. Without
// it the case must be seen to fail: a test that cannot fail shows nothing.

describe.each([...moneyGuards, ...seatGuards, ...accountGuards])('$name', (guard) => {
  test('is stopped', async () => {
    expect(await withGuard(guard)).toBe(null);
  });

  test(`is seen to fail without: ${guard.guard}`, async () => {
    const failure = await withoutGuard(guard);
    expect(failure).toBeInstanceOf(Error);
    console.log(`${guard.name}: ${String(failure)}`);
  });
});
