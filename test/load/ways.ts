import type { AccountId } from '../../durable-objects/core/ids.ts';
import { leafOf } from '../../durable-objects/core/shard-plan.ts';
import type { LoadFan } from '../support/sale-fixture.ts';
import type { LoadStage } from './stage.ts';

/** One fan in so many is taken to another process than the one that has their leaf. */
const STRAY = 100;

/** Where fans' traffic goes when the product runs in several processes. */
export class Ways {
  readonly #stage: LoadStage;
  readonly #leaves: number;

  constructor(stage: LoadStage, leaves: number) {
    this.#stage = stage;
    this.#leaves = leaves;
  }

  /** Number of the process that has the account's leaf. */
  homeOf(accountId: AccountId): number {
    return this.#stage.ownerOf(leafOf(accountId, this.#leaves));
  }

  /** Port of the process to which the fan's traffic is taken, always the same. */
  portOf({ accountId }: LoadFan): number {
    const { processes } = this.#stage;
    const past = Number.parseInt(accountId.slice(-8), 16) % STRAY === 0 ? 1 : 0;
    return (processes[(this.homeOf(accountId) + past) % processes.length] ?? processes[0]).port;
  }

  /** Who has a socket when a process can have `most` of them. */
  shareOut(fans: readonly LoadFan[], most: number): { live: LoadFan[]; others: LoadFan[] } {
    const left = this.#stage.processes.map(() => most);
    const { live = [], others = [] } = Object.groupBy(fans, ({ accountId }) => {
      const home = this.homeOf(accountId);
      const here = left[home] ?? 0;
      left[home] = here - 1;
      return here > 0 ? 'live' : 'others';
    });
    return { live, others };
  }

  /** How many of them are at home in each process. */
  count(accountIds: readonly AccountId[]): number[] {
    const counts = this.#stage.processes.map(() => 0);
    for (const accountId of accountIds) {
      const home = this.homeOf(accountId);
      counts[home] = (counts[home] ?? 0) + 1;
    }
    return counts;
  }
}
