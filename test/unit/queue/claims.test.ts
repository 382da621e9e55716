import { describe, expect, it } from 'vitest';
import { account, SaleFixture, saleSettings } from './sale-fixture.ts';

describe('a place that somebody is inside with', () => {
  it('lets no other account in, and takes nothing from its owner', () => {
    const sale = new SaleFixture(saleSettings({}));
    sale.join(1, 3);
    const own = sale.claim(0);
    expect(own).toMatchObject({ ok: true });
    const foreign = sale.desk.claim({ accountId: account(9), place: 0 });
    expect(foreign).toEqual({ ok: false, code: 'not_admitted' });
    expect(sale.claim(0)).toEqual(own);
    expect(sale.store.liveAdmissions(sale.now)).toHaveLength(1);
  });
});
