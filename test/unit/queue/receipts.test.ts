import { describe, expect, it } from 'vitest';
import { parseReceipt, verifyReceipt } from '../../../durable-objects/core/fairness/receipt.ts';
import type { ProvenPlace } from '../../../durable-objects/core/fairness/receipt.ts';
import { publicKeys } from '../../../durable-objects/protocol/tokens.ts';
import { settle } from './node-fixture.ts';
import { RelayFixture } from './relay-fixture.ts';
import { RoomFixture, SECRET } from './room-fixture.ts';
import { account, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

function world() {
  const sale = new SaleFixture(saleSettings({}), OPENS_AT - 60_000);
  const relay = new RelayFixture(sale, 1);
  const room = (index: number) => new RoomFixture(sale, index, () => relay.desk);
  return { sale, direct: new RoomFixture(sale), below: [room(64), room(65), room(66)] as const };
}

/** What a fan can prove with the published key alone. */
async function proven(receipt: string | null, fan: number): Promise<ProvenPlace | string> {
  const { keys } = await publicKeys(SECRET);
  const key = keys.find((jwk) => 'kid' in jwk && jwk.kid === 'receipt-1');
  const parsed = parseReceipt(receipt ?? '');
  if (!parsed.ok) return parsed.code;
  const verified = verifyReceipt(parsed.receipt, account(fan), key?.x ?? '');
  return verified.ok ? verified : verified.code;
}

async function joined(room: RoomFixture, fan: number): Promise<[number, string | null]> {
  const outcome = await room.desk.join({ accountId: account(fan) });
  return outcome.ok ? [outcome.position.place, outcome.position.receipt] : [-1, null];
}

describe('the receipt that comes with a place', () => {
  it('proves the place of its own fan, right under EventSale and through a relay', async () => {
    const { direct, below } = world();
    const rooms = [direct, ...below];
    const fans = Array.from({ length: 80 }, (_, fan) => fan);
    const own = (fan: number): RoomFixture => rooms[fan % 4] ?? direct;
    const answers = await Promise.all(fans.map((fan) => joined(own(fan), fan)));
    const places = await Promise.all(answers.map(([, text], fan) => proven(text, fan)));
    const told = answers.map(([place]) => place);
    expect(places).toMatchObject(told.map((place) => ({ ok: true, place })));
    expect([...told].sort((a, b) => a - b)).toEqual(fans);
    expect(await proven(answers[5]?.[1] ?? null, 6)).toBe('not_proven');
  });

  it('costs one signature a batch, however many ask and however often', async () => {
    const { direct } = world();
    const fans = Array.from({ length: 40 }, (_, fan) => fan);
    const first = await Promise.all(fans.map((fan) => joined(direct, fan)));
    expect(await Promise.all(fans.map((fan) => joined(direct, fan)))).toEqual(first);
    expect(direct.signed).toBe(direct.store.batches().length);
  });

  it('is the same after a crash, over HTTP and on a socket', async () => {
    const { direct } = world();
    const heard = direct.listen(account(2));
    const [, receipt] = await joined(direct, 1);
    direct.desk.joinLive(account(2));
    for (let i = 0; i < 10; i++) await settle();
    const live = heard.positions[0]?.receipt ?? null;
    expect(await proven(live, 2)).toMatchObject({ place: 1 });
    direct.restart();
    expect(await joined(direct, 1)).toEqual([0, receipt]);
    expect(direct.desk.positionOf(account(2))?.receipt).toBeNull();
    expect((await direct.desk.signedPosition(account(2)))?.receipt).toBe(live);
  });
});
