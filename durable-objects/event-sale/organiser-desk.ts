import { draftFingerprint } from '../core/plan-change.ts';
import { planCapacity } from '../core/plan-geometry.ts';
import type { SaleDefinition } from '../core/sale.ts';
import type { SeatEvent } from '../core/seat-history.ts';
import type { OrganiserPorts } from '../protocol/ports.ts';
import type {
  ActionPage,
  CommandOutcome,
  OrganiserAction,
  OrganiserCommand,
  PlanOutcome,
  SaleOrganiserRpc,
  SaleSummary,
} from '../protocol/organiser-rpc.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { Drift, RefundOutcome, Trouble } from '../protocol/seats-rpc.ts';
import type { ActionStore } from '../storage/action-store.ts';
import type { SaleContext } from './context.ts';
import type { OrderDesk } from './order-desk.ts';
import type { QueueDesk } from './queue-desk.ts';

type Request<Method extends keyof SaleOrganiserRpc> = Parameters<SaleOrganiserRpc[Method]>[0];
interface Parts {
  ports: OrganiserPorts;
  store: ActionStore;
  queue: QueueDesk;
  orders: OrderDesk;
  /** Keeps a changed definition, in one transaction with what `also` stores, and then goes by it. */
  replace: (changed: SaleDefinition, also: () => void) => void;
}
type Deed = Pick<OrganiserAction, 'deed' | 'subject' | 'details'>;

/**
 * What an organiser does to a running sale. An action is stored with its effect, in one synchronous block,
 * and copied to Postgres afterwards, in the background, until it has it.
 */
export class OrganiserDesk {
  readonly #context: SaleContext;
  readonly #ports: OrganiserPorts;
  readonly #store: ActionStore;
  readonly #queue: QueueDesk;
  readonly #orders: OrderDesk;
  readonly #replace: Parts['replace'];
  #changing: Promise<unknown> = Promise.resolve();
  #filing = false;

  constructor(context: SaleContext, parts: Parts) {
    this.#context = context;
    this.#ports = parts.ports;
    this.#store = parts.store;
    this.#queue = parts.queue;
    this.#orders = parts.orders;
    this.#replace = parts.replace;
  }

  setPaused(request: Request<'setPaused'>): CommandOutcome {
    const { eventId } = this.#context.definition;
    const deed = request.paused ? 'pause' : 'resume';
    const known = this.#repeat(request, { deed, subject: eventId });
    if (known !== null) return known;
    this.#queue.setPaused(request.paused);
    this.#keep(request, { deed, subject: eventId, details: {} });
    this.nudge();
    return { ok: true };
  }

  /** The order keeps what each request became; what it refuses leaves no trace here. */
  refundOrder(request: Request<'refundOrder'>): RefundOutcome {
    const { orderId, seatIds, requestId, why } = request;
    const asked = seatIds?.join(' ') ?? 'all';
    const known = this.#repeat(request, { deed: 'refund', subject: orderId, asked });
    if (known?.ok === false) return known;
    const outcome = this.#orders.refundOrder({ orderId, seatIds, requestId, reason: why });
    if (!outcome.ok || known !== null) return outcome;
    const { refundId, amount } = outcome.refund;
    const details = { asked, refundId, ...amount, seatIds: outcome.refund.seatIds };
    this.#keep(request, { deed: 'refund', subject: orderId, details });
    this.nudge();
    return outcome;
  }

  /** One change after the other, so that versions grow. */
  async changePlan(request: Request<'changePlan'>): Promise<PlanOutcome> {
    const change = this.#changing.then(() => this.#changePlan(request));
    this.#changing = change.catch(() => undefined);
    return change;
  }

  async #changePlan(request: Request<'changePlan'>): Promise<PlanOutcome> {
    const { eventId, plan } = this.#context.definition;
    const { draft } = request;
    const asked = draftFingerprint(draft);
    const known = this.#repeat(request, { deed: 'plan', subject: eventId, asked });
    if (known !== null) return known.ok ? this.#onSale() : known;
    const early = this.#orders.judgePlan(draft);
    if (!early.ok) return early;
    let version: number;
    try {
      version = await this.#ports.plans.add(plan.venueId, draft.sections);
    } catch (error) {
      this.#problem(`a new plan: ${String(error)}`);
      return { ok: false, code: 'unavailable' };
    }
    // Seats were sold while Postgres was asked.
    const verdict = this.#orders.judgePlan(draft);
    if (!verdict.ok) return verdict;
    const changed = this.#orders.planned(draft, version);
    this.#replace(changed, () => {
      this.#orders.renumber(changed);
      const details = { asked, planVersion: version, before: plan.version };
      this.#keep(request, { deed: 'plan', subject: eventId, details });
    });
    this.#orders.planChanged();
    this.nudge();
    try {
      await this.#ports.plans.use(changed);
    } catch (error) {
      // The sale has the plan, and tells the catalogue with each nudge until it has it too.
      this.#problem(`the plan in the catalogue: ${String(error)}`);
    }
    return this.#onSale();
  }

  #onSale(): { ok: true; planVersion: number; seatCount: number } {
    const { plan } = this.#context.definition;
    return { ok: true, planVersion: plan.version, seatCount: planCapacity(plan) };
  }

  troubles(): readonly Trouble[] {
    return this.#orders.troubles();
  }

  summary(): SaleSummary {
    const { plan, categories } = this.#context.definition;
    const { captured, refunded, refunding, ...rest } = this.#orders.standing();
    const currency = categories[0]?.price.currency ?? '';
    return {
      at: this.#context.now(),
      paused: this.#queue.paused,
      planVersion: plan.version,
      ...rest,
      captured: { amount: captured, currency },
      refunded: { amount: refunded, currency },
      refunding: { amount: refunding, currency },
      troubles: this.#orders.troubles().length,
    };
  }

  /** The object's books beside those of Postgres, as the last minute's look found them; null before it. */
  seatHistory({ seatId }: Request<'seatHistory'>): readonly SeatEvent[] | null {
    return this.#orders.seatHistory(seatId);
  }

  drift(): Drift | null {
    return this.#orders.drift;
  }

  actions(before: number | null): ActionPage {
    const actions = this.#store.newest(before, LIMITS.actionPage);
    const last = actions.length < LIMITS.actionPage ? undefined : actions.at(-1);
    return { actions, before: last?.seq ?? null };
  }

  /** Sends Postgres the actions that it does not have; one call at a time. What fails is sent with the next nudge. */
  nudge(): void {
    if (this.#filing) return;
    this.#filing = true;
    this.#context.background(
      this.#file().finally(() => {
        this.#filing = false;
      }),
    );
  }

  async #file(): Promise<void> {
    const { eventId } = this.#context.definition;
    for (;;) {
      const actions = this.#store.unfiled(LIMITS.actionPage);
      const last = actions.at(-1);
      if (last === undefined) return;
      await this.#ports.actions.file(eventId, actions);
      this.#store.filed(last.seq);
    }
  }

  /** What to answer to a request that was heard before; null for a new one. */
  #repeat(
    { requestId }: OrganiserCommand,
    asked: Pick<OrganiserAction, 'deed' | 'subject'> & { asked?: string },
  ): CommandOutcome | null {
    const known = this.#store.byRequest(requestId);
    if (known === null) return null;
    const same =
      known.deed === asked.deed &&
      known.subject === asked.subject &&
      known.details['asked'] === asked.asked;
    return same ? { ok: true } : { ok: false, code: 'request_reused' };
  }

  #problem(detail: string): void {
    const { eventId } = this.#context.definition;
    this.#context.ports.telemetry.record({ name: 'problem', eventId, detail });
  }

  #keep({ actor, requestId, why }: OrganiserCommand, done: Deed): void {
    this.#store.append({ at: this.#context.now(), actor, requestId, why, ...done });
    this.#context.ports.telemetry.record({
      name: 'organised',
      eventId: this.#context.definition.eventId,
      accountId: actor,
      requestId,
      detail: `${done.deed} ${done.subject}`,
    });
  }
}
