import type { Order } from '../../durable-objects/protocol/seats-rpc.ts';
import { wasOffered } from '../support/letters-due.ts';
import type { Books } from './books.ts';
import type { Letter } from './letters.ts';

/** A letter that must have come once, or up to `most` times. */
interface DueLetter {
  about: Letter['about'];
  refundId: string | null;
  amount: number;
  most: number;
}

/** Whether every buyer was told of tickets, an offer and each refund, to the cent, and of nothing else. */
export function lettersSent({ buyers, orders, letters }: Books): string[] {
  const found: string[] = [];
  const address = new Map(buyers.map(({ accountId, email }) => [accountId, email]));
  const left = new Set(letters);
  for (const order of orders) {
    const to = address.get(order.accountId);
    for (const due of lettersDue(order)) {
      const same = [...left].filter((letter) => letter.to === to && isSame(letter, order, due));
      for (const letter of same) left.delete(letter);
      if (same.length < 1 || same.length > due.most)
        found.push(
          `${to}: ${same.length} letters of ${due.about} ${due.refundId ?? order.orderId}, not 1`,
        );
    }
  }
  return [...found, ...[...left].map((letter) => `a letter too many: ${JSON.stringify(letter)}`)];
}

function lettersDue(order: Order): DueLetter[] {
  const due: DueLetter[] = [];
  const { amount } = order.paid ?? order.total;
  if (order.confirmedAt !== null) due.push({ about: 'tickets', refundId: null, amount, most: 1 });
  if (wasOffered(order)) due.push({ about: 'offer', refundId: null, amount, most: 1 });
  for (const { refundId, amount: back, failures } of order.refunds) {
    const of = { refundId, amount: back.amount, most: 1 };
    due.push({ ...of, about: 'refund_started' });
    if (failures > 0) due.push({ ...of, about: 'refund_failed' });
    // A bank may send back what it had taken: told each time that it had it.
    due.push({ ...of, about: 'refund_done', most: 1 + failures });
  }
  return due;
}

function isSame(letter: Letter, { orderId }: Order, due: DueLetter): boolean {
  const { about, refundId, amount } = letter;
  return (
    letter.orderId === orderId &&
    about === due.about &&
    refundId === due.refundId &&
    amount === due.amount
  );
}
