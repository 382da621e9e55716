import { expect, it } from 'vitest';
import { SaleFixture, saleSettings } from './sale-fixture.ts';

it('a tick that failed is followed by the next one', () => {
  const sale = new SaleFixture(saleSettings({}));
  sale.join(1, 5);
  const { seats } = sale;
  Object.defineProperty(sale, 'seats', {
    configurable: true,
    get: () => {
      throw new Error('a bug');
    },
  });
  expect(() => sale.advance(1)).toThrow('a bug');
  Object.defineProperty(sale, 'seats', { value: seats, writable: true });
  sale.published.length = 0;
  sale.join(2, 1);
  sale.advance(2_000);
  expect(sale.published.at(-1)?.tick).toMatchObject({ joined: 6 });
});
