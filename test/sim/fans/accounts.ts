import type { AccountId } from '../../../durable-objects/core/ids.ts';

/** Ids have six characters where real ones have 36: millions of them are kept. */
const FIRST = 36 ** 5;

/** The account of fan number `fan`. */
export function accountOf(fan: number): AccountId {
  return (FIRST + fan).toString(36) as AccountId;
}

/** The number in an account's id. */
export function fanOf(accountId: AccountId): number {
  return Number.parseInt(accountId, 36) - FIRST;
}
