import type { AccountId } from '../../../durable-objects/core/ids.ts';

/** The account of fan number `fan`. One flat string: millions of them are kept. */
export function accountOf(fan: number): AccountId {
  const id = `00000000-0000-4000-8000-${String(fan).padStart(12, '0')}`;
  return Buffer.from(id, 'latin1').latin1Slice() as AccountId;
}

/** The number in an account's id. */
export function fanOf(accountId: AccountId): number {
  let fan = 0;
  for (let i = 24; i < accountId.length; i++) fan = fan * 10 + accountId.charCodeAt(i) - 48;
  return fan;
}
