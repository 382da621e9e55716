import type { EventId } from '../../../durable-objects/core/ids.ts';
import { relayName } from '../../../durable-objects/core/shard-plan.ts';
import { MemoryRelayStore } from '../../../durable-objects/storage/relay-store-memory.ts';
import { RelayDesk } from '../../../durable-objects/waiting-room/relay-desk.ts';
import { NodeFixture, settle } from './node-fixture.ts';
import type { RoomFixture } from './room-fixture.ts';
import type { SaleFixture } from './sale-fixture.ts';

/** A relay under EventSale; `children` are the leaves that its frames reach. */
export class RelayFixture extends NodeFixture<RelayDesk> {
  readonly store = new MemoryRelayStore();
  readonly children: RoomFixture[] = [];

  constructor(sale: SaleFixture, index = 0) {
    super(relayName('test-event' as EventId, index), sale, () => sale.parent);
  }

  protected build(): RelayDesk {
    const child = (name: string) => ({
      publish: async (frames: object) => {
        await settle();
        const room = this.children.find((other) => other.name === name);
        await room?.desk.publish(structuredClone(frames));
      },
    });
    return new RelayDesk({ ...this.context(), child }, this.store);
  }
}
