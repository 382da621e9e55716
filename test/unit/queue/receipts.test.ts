import { describe, expect, it } from 'vitest';
import { parseReceipt, verifyReceipt } from '../../../durable-objects/core/fairness/receipt.ts';
import type { ProvenPlace } from '../../../durable-objects/core/fairness/receipt.ts';
import type { AccountId } from '../../../durable-objects/core/ids.ts';
import { publicKeys, signToken } from '../../../durable-objects/protocol/tokens.ts';
import { meanwhile, settle } from './node-fixture.ts';
import { RelayFixture } from './relay-fixture.ts';
import { RoomFixture } from './room-fixture.ts';
import { account, accountAt, OPENS_AT, SaleFixture, saleSettings } from './sale-fixture.ts';

const SECRET = 'a secret of the tests';

function world(leaves = 1) {
  let signed = 0;
  const sale = new SaleFixture(saleSettings({ sale: { leaves } }), OPENS_AT - 60_000);
  const relay = new RelayFixture(sale, 1);
  const signing = (room: RoomFixture): RoomFixture => {
    room.sign = (claims) => {
      signed += 1;
      return signToken(SECRET, 'receipt', claims);
    };
    return room;
  };
  const below = [64, 65, 66].map((n) => signing(new RoomFixture(sale, n, () => relay.desk)));
  const direct = signing(new RoomFixture(sale));
  return { sale, direct, below, nodes: [relay, direct, ...below], signed: () => signed };
}

/** What a fan can prove with the published key alone. */
async function proven(receipt: string | null, fan: AccountId): Promise<ProvenPlace | string> {
  const { keys } = await publicKeys(SECRET);
  const key = keys.find((jwk) => 'kid' in jwk && jwk.kid === 'receipt-1');
  const parsed = parseReceipt(receipt ?? '');
  if (!parsed.ok) return parsed.code;
  const verified = verifyReceipt(parsed.receipt, fan, key?.x ?? '');
  return verified.ok ? verified : verified.code;
}

async function joined(room: RoomFixture, fan: AccountId): Promise<[number, string | null]> {
  const outcome = await room.desk.join({ accountId: fan });
  return outcome.ok ? [outcome.position.place, outcome.position.receipt] : [-1, null];
}

describe('the receipt that comes with a place', () => {
  it('proves the place of its own fan, right under EventSale and through a relay', async () => {
    const { sale, direct, below, nodes } = world(128);
    const rooms = [direct, ...below];
    const fans = Array.from({ length: 80 }, (_, n) => accountAt(rooms[n % 4]?.index ?? 0, 128, n));
    const joins = fans.map((fan, n) => joined(rooms[n % 4] ?? direct, fan));
    const answers = await meanwhile(sale, nodes, Promise.all(joins));
    const places = await Promise.all(fans.map((fan, n) => proven(answers[n]?.[1] ?? null, fan)));
    const told = answers.map(([place]) => place);
    expect(places).toMatchObject(told.map((place) => ({ ok: true, place })));
    expect([...told].sort((a, b) => a - b)).toEqual(Array.from({ length: 80 }, (_, n) => n));
    expect(await proven(answers[5]?.[1] ?? null, fans[6] ?? account(0))).toBe('not_proven');
  });

  it('costs one signature a batch, however many ask and however often', async () => {
    const { direct, signed } = world();
    const fans = Array.from({ length: 40 }, (_, n) => account(n));
    const first = await Promise.all(fans.map((fan) => joined(direct, fan)));
    expect(await Promise.all(fans.map((fan) => joined(direct, fan)))).toEqual(first);
    expect(signed()).toBe(direct.store.batches().length);
  });

  it('is the same after a crash, over HTTP and on a socket', async () => {
    const { direct } = world();
    const heard = direct.listen(account(2));
    const [, receipt] = await joined(direct, account(1));
    direct.desk.joinLive(account(2));
    for (let i = 0; i < 10; i++) await settle();
    await direct.desk.signedPosition(account(2));
    await settle();
    const live = heard.positions[0]?.receipt ?? null;
    expect(await proven(live, account(2))).toMatchObject({ place: 1 });
    direct.restart();
    expect(await joined(direct, account(1))).toEqual([0, receipt]);
    expect(direct.desk.positionOf(account(2))?.receipt).toBeNull();
    expect((await direct.desk.signedPosition(account(2)))?.receipt).toBe(live);
  });
});
