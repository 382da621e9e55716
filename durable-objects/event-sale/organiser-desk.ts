import type { OrganiserPorts } from '../protocol/ports.ts';
import type {
  ActionPage,
  CommandOutcome,
  OrganiserAction,
  OrganiserCommand,
  SaleOrganiserRpc,
} from '../protocol/organiser-rpc.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { Trouble } from '../protocol/seats-rpc.ts';
import type { ActionStore } from '../storage/action-store.ts';
import type { SaleContext } from './context.ts';
import type { OrderDesk } from './order-desk.ts';
import type { QueueDesk } from './queue-desk.ts';

type Request<Method extends keyof SaleOrganiserRpc> = Parameters<SaleOrganiserRpc[Method]>[0];
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
  #filing = false;

  constructor(
    context: SaleContext,
    parts: { ports: OrganiserPorts; store: ActionStore; queue: QueueDesk; orders: OrderDesk },
  ) {
    this.#context = context;
    this.#ports = parts.ports;
    this.#store = parts.store;
    this.#queue = parts.queue;
    this.#orders = parts.orders;
  }

  setPaused(request: Request<'setPaused'>): CommandOutcome {
    const { eventId } = this.#context.definition;
    const deed = request.paused ? 'pause' : 'resume';
    const known = this.#repeat(request, { deed, subject: eventId });
    if (known !== null) return known;
    this.#queue.setPaused(request.paused);
    this.#keep(request, { deed, subject: eventId, details: {} });
    return { ok: true };
  }

  troubles(): readonly Trouble[] {
    return this.#orders.troubles();
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
    asked: Pick<OrganiserAction, 'deed' | 'subject'>,
  ): CommandOutcome | null {
    const known = this.#store.byRequest(requestId);
    if (known === null) return null;
    const same = known.deed === asked.deed && known.subject === asked.subject;
    return same ? { ok: true } : { ok: false, code: 'request_reused' };
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
    this.nudge();
  }
}
