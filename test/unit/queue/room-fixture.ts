import { leafName } from '../../../durable-objects/core/shard-plan.ts';
import type { AccountId, EventId } from '../../../durable-objects/core/ids.ts';
import type { FanPosition, ParentRpc } from '../../../durable-objects/protocol/queue-rpc.ts';
import type { TokenClaims } from '../../../durable-objects/protocol/tokens.ts';
import { MemoryRoomStore } from '../../../durable-objects/storage/room-store-memory.ts';
import type { Audience } from '../../../durable-objects/waiting-room/context.ts';
import { RoomDesk } from '../../../durable-objects/waiting-room/room-desk.ts';
import { NodeFixture } from './node-fixture.ts';
import type { SaleFixture } from './sale-fixture.ts';

/** What one account's sockets heard. */
export interface Heard {
  positions: FanPosition[];
  left: number;
  errors: string[];
}

/** A leaf of the sale, under EventSale or under the relay `above`. */
export class RoomFixture extends NodeFixture<RoomDesk> {
  readonly store = new MemoryRoomStore();
  readonly heard = new Map<AccountId, Heard>();
  readonly ticks: string[] = [];
  /** Who might wait for the next one, tick by tick. */
  readonly mayWait: Parameters<Audience['tick']>[1][] = [];
  readonly index: number;
  /** The other leaves of the event. */
  leafAt: (index: number) => RoomFixture = () => this;
  /** Signs a batch's grant; a test of signatures gives the real one. */
  sign = (claims: TokenClaims['receipt']): Promise<string> =>
    Promise.resolve(`token of link ${claims.link.seq}`);

  constructor(sale: SaleFixture, index = 0, above: () => ParentRpc = () => sale.parent) {
    super(leafName('test-event' as EventId, index), sale, above);
    this.index = index;
  }

  /** Opens a socket for the account: what it hears is kept. */
  listen(accountId: AccountId): Heard {
    const heard = this.heard.get(accountId) ?? { positions: [], left: 0, errors: [] };
    this.heard.set(accountId, heard);
    return heard;
  }

  protected build(): RoomDesk {
    const audience: Audience = {
      has: (accountId) => this.heard.has(accountId),
      place: (accountId, position) => this.heard.get(accountId)?.positions.push(position),
      left: (accountId) => {
        const heard = this.heard.get(accountId);
        if (heard) heard.left += 1;
      },
      error: (accountId, code) => this.heard.get(accountId)?.errors.push(code),
      tick: (text, mayWait) => {
        this.ticks.push(text());
        this.mayWait.push(mayWait);
      },
      seats: () => undefined,
      release: (isGone) => {
        for (const accountId of this.heard.keys()) {
          if (isGone(accountId)) this.heard.delete(accountId);
        }
      },
    };
    const context = {
      ...this.context(),
      sign: (claims: TokenClaims['receipt']) => this.sign(claims),
      eventId: 'test-event' as EventId,
      index: this.index,
      leaf: (index: number) => ({
        handOver: (request: { to: number }) =>
          this.through('hand over', () => this.leafAt(index).desk.handOver(request)),
      }),
      sale: () => ({
        claimAdmission: (request: { accountId: AccountId; place: number }) =>
          this.through('claim', () => Promise.resolve(this.sale.desk.claim(request))),
      }),
    };
    return new RoomDesk(context, this.store, audience);
  }
}
