import { expect, it } from 'vitest';
import { meanwhile } from './node-fixture.ts';
import { RoomFixture } from './room-fixture.ts';
import { account, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

it('a leaf believes for some seconds that there is no such sale, and no longer when its clock was set back', async () => {
  const sale = new SaleFixture(saleSettings({}), OPENS_AT);
  let exists = false;
  const room = new RoomFixture(sale, 0, () => ({
    ...sale.parent,
    subscribe: (request) => (exists ? sale.parent.subscribe(request) : Promise.resolve(null)),
  }));
  const join = () => meanwhile(sale, [room], room.desk.join({ accountId: account(1) }));
  expect(await join()).toEqual({ ok: false, code: 'event_not_found' });
  exists = true;
  expect(await join()).toEqual({ ok: false, code: 'event_not_found' });
  sale.now -= 3_600_000;
  expect(await join()).toMatchObject({ ok: true, position: { place: 0 } });
});
