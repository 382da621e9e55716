import { describe, expect, it } from 'vitest';
import type { OrderId, SeatId } from '../../../durable-objects/core/ids.ts';
import type { Money } from '../../../durable-objects/core/money.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { moneyMail } from '../../../worker/mail/money-mail.ts';
import type { MoneyMailInput } from '../../../worker/mail/money-mail.ts';
import { saleDefinition } from '../seats/hall.ts';

function letter(about: MoneyMailInput['letter']['about'], amount: Money) {
  const item = { seatId: 'A-1' as SeatId, label: 'Row A, seat 1', categoryId: 'gold' };
  const items = [{ ...item, price: amount, returned: true }];
  const order = {
    orderId: 'book_show_1' as OrderId,
    items,
    paid: amount,
    total: amount,
    offer: { items, until: Date.UTC(2026, 10, 22, 12, 5) },
    refunds: [{ refundId: 'refund_1', amount, seatIds: ['A-1'] }],
  } as unknown as Order;
  return moneyMail({
    letter: about === 'offer' ? { about } : { about, refundId: 'refund_1' },
    definition: { ...saleDefinition(), name: 'Tom & <Jerry>' },
    order,
    link: 'https://tickets.example.com/bookings/book_show_1',
    name: 'Asha <script>',
  });
}

describe('a letter about money', () => {
  const rupees = { amount: 7_50_000, currency: 'INR' };

  it.each(['refund_started', 'refund_done', 'refund_failed'] as const)(
    'of %s names the amount, the seats and the reference, in English and in Hindi',
    (about) => {
      const { subject, text, html } = letter(about, rupees);
      expect(subject).toContain('Tom & <Jerry>');
      for (const words of ['₹7,500.00', 'Row A, seat 1', 'Reference: refund_1', 'संदर्भ: refund_1'])
        expect(text).toContain(words);
      expect(html).toContain('<div lang="hi"');
      expect(text + html).not.toMatch(/\{\w+\}/);
    },
  );

  it('of an offer names the seats, until when in the venue’s time, and what happens otherwise', () => {
    const { text } = letter('offer', rupees);
    for (const words of ['Row A, seat 1', '5:35 pm (Asia/Kolkata)', 'goes back to you by itself'])
      expect(text).toContain(words);
    expect(text).toContain('बिना किसी अतिरिक्त शुल्क');
    expect(text).toContain('https://tickets.example.com/bookings/book_show_1');
  });

  it.each([
    ['JPY', 9_800, '9,800'],
    ['KWD', 12_340, '12.340'],
    ['ISK', 120_000, '1,200.00'],
  ])('shows %s with the digits that it has', (currency, amount, words) => {
    expect(letter('refund_done', { amount, currency }).text).toContain(words);
  });

  it('shows names as they are typed, never as markup', () => {
    const { html } = letter('refund_done', rupees);
    expect(html).toContain('Tom &amp; &lt;Jerry&gt;');
    expect(html).not.toContain('<script>');
  });
});
