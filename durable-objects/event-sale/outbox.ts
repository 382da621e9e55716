import { backoffMs, fractionOf } from '../core/backoff.ts';
import type { OrderId } from '../core/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { OutboxRow, SeatStore } from '../storage/seat-records.ts';
import type { SaleContext } from './context.ts';

const FILE_TIMER = 'outbox-file';
const MAIL_TIMER = 'outbox-mail';
const FILE_BACKOFF = { baseMs: 1_000, capMs: 30_000 };
const MAIL_BACKOFF = { baseMs: 5_000, capMs: 15 * 60_000 };
/** While a call is under way its timer is this far off, ms: only a crash leaves it to be heard. One that is due would ring again at once, and again. */
const UNDER_WAY_MS = 30_000;
/** Mails sent at a time; an object has six outgoing connections (platform.md, "Hard limits"). */
const MAILS_AT_ONCE = 4;

/**
 * Carries what was decided to the outside: bookings to Postgres in order and in batches, tickets by
 * mail. Entries were stored with their effect, and leave only when the other side has them; a repeat
 * is harmless there by the command's id.
 */
export class Outbox {
  readonly timerKinds: readonly string[] = [FILE_TIMER, MAIL_TIMER];
  readonly #context: SaleContext;
  readonly #store: SeatStore;
  readonly #onFiled: (orderIds: readonly OrderId[]) => void;
  #filing = false;
  #mailing = false;

  constructor(
    context: SaleContext,
    store: SeatStore,
    onFiled: (orderIds: readonly OrderId[]) => void,
  ) {
    this.#context = context;
    this.#store = store;
    this.#onFiled = onFiled;
  }

  /** Sends what is due, in the background; timers bring it back for the rest, after a crash too. */
  wake(): void {
    if (this.#filing) this.#underWay(FILE_TIMER);
    else this.#context.background(this.#fileAll());
    if (this.#mailing) this.#underWay(MAIL_TIMER);
    else this.#context.background(this.#mailAll());
  }

  /** Bookings that Postgres does not have yet. */
  unfiled(): number {
    return this.#store.outboxCount('file');
  }

  /** One batch at a time, oldest first: a batch that fails holds up the later ones, which keeps the order. */
  async #fileAll(): Promise<void> {
    this.#filing = true;
    try {
      for (;;) {
        const rows = this.#store.outboxHead('file', LIMITS.outboxBatch);
        const [first] = rows;
        if (first === undefined || first.due > this.#context.now()) {
          this.#arm(FILE_TIMER, first?.due ?? null);
          return;
        }
        this.#underWay(FILE_TIMER);
        if (!(await this.#file(rows))) return;
      }
    } finally {
      this.#filing = false;
    }
  }

  async #file(rows: readonly OutboxRow[]): Promise<boolean> {
    const { eventId } = this.#context.definition;
    const since = this.#context.now();
    try {
      await this.#context.ports.filing.file(
        rows.map(({ commandId, order }) => ({ commandId, eventId, order })),
      );
    } catch (error) {
      this.#putOff(rows, FILE_TIMER, FILE_BACKOFF, `filing: ${String(error)}`);
      return false;
    }
    this.#store.outboxDone(rows);
    this.#onFiled(rows.map((row) => row.orderId));
    const durationMs = this.#context.now() - since;
    this.#context.ports.telemetry.record({
      name: 'filed',
      eventId,
      count: rows.length,
      durationMs,
    });
    return true;
  }

  /** Mails do not wait for each other, nor for filing. */
  async #mailAll(): Promise<void> {
    this.#mailing = true;
    try {
      for (;;) {
        const now = this.#context.now();
        const rows = this.#store.outboxDue('mail', now, MAILS_AT_ONCE);
        if (rows.length === 0) {
          this.#arm(MAIL_TIMER, this.#store.outboxNext('mail'));
          return;
        }
        this.#underWay(MAIL_TIMER);
        await Promise.all(rows.map((row) => this.#mail(row)));
      }
    } finally {
      this.#mailing = false;
    }
  }

  async #mail(row: OutboxRow): Promise<void> {
    const { definition, ports } = this.#context;
    const { order } = row;
    try {
      await ports.mail.sendTickets({ definition, order, idempotencyKey: row.commandId });
    } catch (error) {
      this.#putOff([row], MAIL_TIMER, MAIL_BACKOFF, `mail: ${String(error)}`);
      return;
    }
    this.#store.outboxDone([row]);
    const { eventId } = definition;
    const { accountId, orderId } = order;
    ports.telemetry.record({ name: 'mailed', eventId, accountId, orderId });
  }

  #putOff(
    rows: readonly OutboxRow[],
    timer: string,
    limits: { baseMs: number; capMs: number },
    detail: string,
  ): void {
    const attempt = (rows[0]?.attempts ?? 0) + 1;
    const random = fractionOf(this.#context.randomId());
    const due = this.#context.now() + backoffMs(attempt, limits, random);
    this.#store.outboxRetry(rows, due);
    this.#arm(timer, due);
    const { eventId } = this.#context.definition;
    this.#context.ports.telemetry.record({ name: 'problem', eventId, count: attempt, detail });
  }

  #underWay(timer: string): void {
    this.#arm(timer, this.#context.now() + UNDER_WAY_MS);
  }

  #arm(timer: string, due: number | null): void {
    if (due === null) this.#context.timers.clear(timer, '');
    else this.#context.timers.set(timer, '', due);
  }
}
