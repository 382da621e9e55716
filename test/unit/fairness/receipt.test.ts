import { describe, expect, it } from 'vitest';
import { appendLink, genesis } from '../../../durable-objects/core/fairness/grant-chain.ts';
import { batchTree, combine } from '../../../durable-objects/core/fairness/merkle-sum.ts';
import {
  encodeReceipt,
  parseReceipt,
  RECEIPT_CHARS_MAX,
  verifyReceipt,
} from '../../../durable-objects/core/fairness/receipt.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { publicKeys, signToken, verifyToken } from '../../../durable-objects/protocol/tokens.ts';
import { EVENT, fans, grow } from './fans.ts';

const SECRET = 'a-secret-of-at-least-32-characters-for-receipts';
const BATCH = 2_000;
const CHILDREN = 40;

/** A grant as large as they get: 2,000 fans of one leaf, under 40 leaves, under 40 relays. */
async function largest(): Promise<{ text: string; fan: AccountId; place: number; key: string }> {
  const batch = fans(BATCH, 1_000_000);
  const own = batchTree(EVENT, batch);
  const other = batchTree(EVENT, fans(7)).root;
  const relay = combine(
    Array.from({ length: CHILDREN }, (_, at) => (at === 17 ? own.root : other)),
  );
  const top = combine(
    Array.from({ length: CHILDREN }, (_, at) => (at === 21 ? relay.root : other)),
  );
  const before = grow(genesis({ eventId: EVENT, opensAt: 1, draw: null }), [5, 9]);
  const grant = { at: 1_726_999_200_000, child: `${EVENT}/relay/38`, batch: 12_345 };
  const { link, chain } = appendLink(before.chain, {
    ...grant,
    count: top.root.count,
    root: top.root.hash,
  });
  const token = await signToken(SECRET, 'receipt', { evt: EVENT, link, head: chain.head });
  const text = encodeReceipt(token, own.path(1_234) + relay.path(17) + top.path(21));
  const { keys } = await publicKeys(SECRET);
  const key = keys.find((jwk) => Reflect.get(jwk, 'kid') === 'receipt-1')?.x ?? '';
  const fan = batch[1_234] ?? ('' as AccountId);
  return { text, fan, place: 14 + 21 * 7 + 17 * 7 + 1_234, key };
}

const { text, fan, place, key } = await largest();

function outcome(changed: string, account = fan, publicKey = key): unknown {
  const parsed = parseReceipt(changed);
  return parsed.ok ? verifyReceipt(parsed.receipt, account, publicKey) : parsed;
}

/** The text with another character at `at`, of those that base64url has. */
function flip(at: number): string {
  return text.slice(0, at) + (text.charAt(at) === 'A' ? 'B' : 'A') + text.slice(at + 1);
}

describe('a receipt', () => {
  it('proves place and time to whoever has the published key', () => {
    expect(outcome(text)).toMatchObject({
      ok: true,
      eventId: EVENT,
      place,
      joinedAt: 1_726_999_200_000,
      link: { seq: 2, first: 14 },
    });
    expect(outcome(`\n ${text} \n`)).toMatchObject({ ok: true, place });
  });

  it('is short enough to print as a code', () => {
    expect(text.length).toBeLessThan(1_800);
  });

  it('proves nothing to another account', () => {
    expect(outcome(text, fans(1)[0])).toEqual({ ok: false, code: 'not_proven' });
  });

  it('is refused under another key, or one that is none', async () => {
    const { keys } = await publicKeys(`another ${SECRET}`);
    for (const other of [...keys.map((jwk) => jwk.x ?? ''), '', 'junk', 'A'.repeat(43)]) {
      expect(outcome(text, fan, other)).toEqual({ ok: false, code: 'bad_signature' });
    }
  });

  it('is refused with a character altered, wherever', () => {
    const tilde = text.indexOf('~');
    for (let at = 0; at < text.length; at += 5) {
      if (at === tilde) continue;
      expect(outcome(flip(at))).toMatchObject({ ok: false });
    }
  });

  it('is refused when it is junk, another token, or too long', async () => {
    const ticket = { sub: fan, evt: EVENT, jti: 't', seat: 'A-1', booking: 'b', iat: 1 };
    const others = [
      '',
      '~',
      'a.b.c~',
      text.replace('~', '.'),
      `${text}~`,
      `${text}${'A'.repeat(RECEIPT_CHARS_MAX)}`,
      `${await signToken(SECRET, 'ticket', ticket)}~`,
      `e30.bnVsbA.${'A'.repeat(86)}~`,
    ];
    for (const other of others) expect(outcome(other)).toEqual({ ok: false, code: 'malformed' });
  });

  it('carries a token that no other kind of check accepts', async () => {
    const [token = ''] = text.split('~');
    expect((await verifyToken(SECRET, 'receipt', token, 0)).ok).toBe(true);
    for (const kind of ['access', 'admission', 'ticket'] as const) {
      expect(await verifyToken(SECRET, kind, token, 0)).toEqual({
        ok: false,
        code: 'invalid_token',
      });
    }
  });
});
