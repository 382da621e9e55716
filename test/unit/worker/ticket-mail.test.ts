import { describe, expect, it } from 'vitest';
import { concertPlan } from '../../../durable-objects/core/plan-geometry.ts';
import type { EventId } from '../../../durable-objects/core/ids.ts';
import type { SaleDefinition } from '../../../durable-objects/core/sale.ts';
import type { Order } from '../../../durable-objects/protocol/seats-rpc.ts';
import { ticketMail } from '../../../worker/mail/ticket-mail.ts';

const definition: SaleDefinition = {
  eventId: 'show' as EventId,
  name: 'Tom & <Jerry>',
  timeZone: 'Asia/Kolkata',
  startsAt: Date.UTC(2026, 11, 1, 13, 30),
  venueName: 'Hall',
  settings: {
    opensAt: 0,
    closesAt: 1,
    lobby: 'fifo',
    admission: {
      batchSize: 1,
      everyMs: 1,
      slots: 1,
      claimWindowMs: 1,
      graceMs: 1,
      sessionMs: 1,
    },
    holdTtlMs: 1,
    payingTtlMs: 1,
    seatsPerAccount: 1,
    joinLimit: { max: 1, windowMs: 1 },
    leaves: 1,
  },
  ...concertPlan(),
};

describe('the ticket mail', () => {
  const mail = ticketMail({
    definition,
    order: { orderId: 'book_show_1', total: { amount: 25_00_000, currency: 'INR' } } as Order,
    tickets: [
      { id: 't1', seatId: 'A-1', label: 'Section A, row A, seat 1', code: 'signed-code-1' },
      { id: 't2', seatId: 'A-2', label: 'Section A, row A, seat 2', code: 'signed-code-2' },
    ],
    link: 'https://tickets.example.com/bookings/book_show_1',
    name: 'Asha <script>',
  });

  it('has one QR code per seat, attached and shown by its id', () => {
    expect(mail.attachments.map((file) => file.content_id)).toEqual(['t1', 't2']);
    for (const file of mail.attachments) {
      expect(atob(file.content)).toContain('<svg');
      expect(mail.html).toContain(`cid:${file.content_id}`);
    }
  });

  it('tells place, local time with its zone, the whole price, and the link, in both bodies', () => {
    for (const body of [mail.text, mail.html]) {
      expect(body).toContain('₹25,000');
      expect(body).toContain('7:00');
      expect(body).toContain('Asia/Kolkata');
      expect(body).toContain('https://tickets.example.com/bookings/book_show_1');
    }
  });

  it('lets no name become markup', () => {
    expect(mail.html).not.toContain('<script>');
    expect(mail.html).toContain('Tom &amp; &lt;Jerry&gt;');
  });
});
