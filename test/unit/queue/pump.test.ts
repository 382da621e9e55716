import { describe, expect, it } from 'vitest';
import { meanwhile, pass } from './node-fixture.ts';
import { RoomFixture } from './room-fixture.ts';
import { account, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

describe('a leaf whose parent is away', () => {
  it('goes on with a batch by its alarm, however long after it died with the parent away', async () => {
    const sale = new SaleFixture(saleSettings({}), OPENS_AT - 3_600_000);
    const room = new RoomFixture(sale);
    await meanwhile(sale, [room], room.desk.join({ accountId: account(1) }));
    room.fate = () => 'lost';
    void room.desk.join({ accountId: account(2) });
    await pass(sale, [room], 5 * 60_000);
    room.die();
    room.fate = () => 'ok';
    await pass(sale, [room], 40_000);
    expect(sale.desk.tick().joined).toBe(2);
  });
});
