import type { Surroundings } from '../actors/actor.ts';
import { Bystander, inTime } from '../actors/outside.ts';
import type { SaleActor } from '../actors/sale.ts';
import { Unanswered } from '../network.ts';
import type { Faults } from '../faults.ts';
import type { MoneyFault } from './money-faults.ts';

/** What becomes of one call: its answer, or a failure that the caller sees. */
export type Outcome<Answer> = { answer: Answer } | { failure: string };

/** A service outside that can be away for a while. */
export class Office extends Bystander {
  protected readonly around: Surroundings;
  protected readonly faults: Faults<MoneyFault>;
  #awayUntil = -Infinity;

  constructor(name: string, around: Surroundings, faults: Faults<MoneyFault>) {
    super(name);
    this.around = around;
    this.faults = faults;
  }

  /** Whether nobody reaches it now; begins an absence by the chance of `fault`. */
  protected isAway(fault: MoneyFault): boolean {
    const { clock, random } = this.around;
    if (this.faults.roll(fault)) this.#awayUntil = clock.now + random.between(30_000, 900_000);
    return this.faults.active && clock.now < this.#awayUntil;
  }

  /** A call of the sale; `work` runs here, if the way holds. Rejects as a port does. */
  protected async serve<Answer>(
    sale: SaleActor,
    work: () => Outcome<Answer> | 'silence',
  ): Promise<Answer> {
    const never = new Promise<never>(() => undefined);
    const call = this.around.network.call(sale, this, (): Outcome<Answer> | Promise<never> => {
      const outcome = work();
      return outcome === 'silence' ? never : outcome;
    });
    const outcome = await inTime(sale, call);
    if ('failure' in outcome) throw new Unanswered(outcome.failure);
    return outcome.answer;
  }
}
