import { describe, expect, it } from 'vitest';
import {
  CROWD_SIZE,
  crowdAccount,
  DEMO_ACCOUNTS,
  DEMO_ORGANISER,
} from '../../../drizzle/demo-data.ts';
import { hashPassword, verifyPassword } from '../../../worker/auth/password.ts';

describe('passwords', () => {
  it('verify against their own hash only, which is salted', async () => {
    const [one, two] = await Promise.all([hashPassword('same words'), hashPassword('same words')]);
    expect(one).toMatch(/^\$scrypt\$ln=14,r=8,p=5\$/);
    expect(one).not.toBe(two);
    expect(await verifyPassword('same words', one)).toBe(true);
    expect(await verifyPassword('other words', one)).toBe(false);
  });

  it('are the same however the keyboard composed them', async () => {
    const hash = await hashPassword('caf\u00e9 au lait');
    expect(await verifyPassword('cafe\u0301 au lait', hash)).toBe(true);
  });

  it('of nobody are wrong, at the cost of a hash', async () => {
    const started = performance.now();
    expect(await verifyPassword('anything', null)).toBe(false);
    expect(performance.now() - started).toBeGreaterThan(20);
  });

  it('cannot be checked against a malformed hash', async () => {
    await expect(verifyPassword('x', 'plain text')).rejects.toThrow('malformed');
  });

  it('of the demo accounts match the hashes that are seeded', async () => {
    for (const account of [...DEMO_ACCOUNTS, DEMO_ORGANISER, crowdAccount(1)]) {
      expect(await verifyPassword(account.password, account.passwordHash)).toBe(true);
    }
  });
});

describe('crowd accounts', () => {
  it('have ids and addresses of their own', () => {
    const all = Array.from({ length: CROWD_SIZE }, (_, i) => crowdAccount(i + 1));
    const known = [...all, ...DEMO_ACCOUNTS, DEMO_ORGANISER];
    expect(new Set(known.map((account) => account.id)).size).toBe(known.length);
    expect(new Set(known.map((account) => account.email)).size).toBe(known.length);
    expect(all[0]?.email).toBe('crowd-001@crowd.onsale.local');
  });
});
