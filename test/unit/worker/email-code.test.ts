import { describe, expect, it } from 'vitest';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { CODE_STEP_MS, emailCode, isEmailCode } from '../../../worker/auth/email-code.ts';
import { codeMail } from '../../../worker/mail/code-mail.ts';

const secret = 'a secret of these tests';
const fan = { id: '00000000-0000-4000-8000-000000000001' as AccountId, email: 'fan@example.com' };
const start = 1_000_000 * CODE_STEP_MS;

describe('the code of a mail', () => {
  it('is six digits, the same in all mails of a quarter of an hour', () => {
    const code = emailCode(secret, fan, start);
    expect(code).toMatch(/^\d{6}$/);
    expect(emailCode(secret, fan, start + CODE_STEP_MS - 1)).toBe(code);
    expect(emailCode(secret, fan, start + CODE_STEP_MS)).not.toBe(code);
  });

  it('is good for at least 15 minutes and at most 30, and not before it was sent', () => {
    const code = emailCode(secret, fan, start);
    const goodAt = (ms: number) => isEmailCode(secret, fan, code, start + ms);
    expect(goodAt(0)).toBe(true);
    expect(goodAt(2 * CODE_STEP_MS - 1)).toBe(true);
    expect(goodAt(2 * CODE_STEP_MS)).toBe(false);
    expect(goodAt(-1)).toBe(false);
  });

  it('is another one for another account, address or secret', () => {
    const code = emailCode(secret, fan, start);
    const other = { ...fan, id: '00000000-0000-4000-8000-000000000002' as AccountId };
    expect(isEmailCode(secret, other, code, start)).toBe(false);
    expect(isEmailCode(secret, { ...fan, email: 'fun@example.com' }, code, start)).toBe(false);
    expect(isEmailCode('another secret', fan, code, start)).toBe(false);
  });

  it.each(['', '12345', '1234567', 'abcdef', '１２３４５６', '🎫🎫🎫'])('is not "%s"', (given) => {
    expect(isEmailCode(secret, fan, given, start)).toBe(false);
  });

  it('spreads over all digits', () => {
    const codes = Array.from({ length: 2_000 }, (_, n) =>
      emailCode(secret, fan, start + n * CODE_STEP_MS),
    );
    expect(new Set(codes).size).toBeGreaterThan(1_990);
    expect(new Set(codes.map((code) => code[0])).size).toBe(10);
  });
});

describe('the mail with the code', () => {
  const mail = codeMail({
    to: 'fan@example.com',
    name: 'Asha <script>',
    code: '012345',
    page: 'https://tickets.example.com/verify-email',
  });

  it('shows it in the subject and both bodies, with the page that takes it', () => {
    for (const text of [mail.subject, mail.text, mail.html]) expect(text).toContain('012345');
    for (const text of [mail.text, mail.html]) {
      expect(text).toContain('https://tickets.example.com/verify-email');
    }
  });

  it('carries the code in no address, and lets no name become markup', () => {
    for (const text of [mail.text, mail.html]) expect(text).not.toMatch(/https?:\S*012345/);
    expect(mail.html).not.toContain('<script>');
  });
});
