import { backoffMs, fractionOf } from '../core/backoff.ts';
import type { OrderId } from '../core/ids.ts';
import { LIMITS } from '../protocol/limits.ts';
import type { OutboxRow, SeatStore } from '../storage/seat-records.ts';
import type { SaleContext } from './context.ts';

const FILE_TIMER = 'outbox-file';
const MAIL_TIMER = 'outbox-mail';
const ASIDE_TIMER = 'outbox-aside';
const FILE_BACKOFF = { baseMs: 1_000, capMs: 30_000 };
/** A refused booking is tried again by itself: what it lacked may have come, an account or a freed seat. */
const ASIDE_BACKOFF = { baseMs: 30_000, capMs: 15 * 60_000 };
const MAIL_BACKOFF = { baseMs: 5_000, capMs: 15 * 60_000 };
/** More refused bookings than this are no longer kept in order with what follows of theirs. */
const ASIDE_MAX = 10_000;
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
  readonly timerKinds: readonly string[] = [FILE_TIMER, MAIL_TIMER, ASIDE_TIMER];
  /** Why Postgres refused, by command; since the object woke. */
  readonly #reasons = new Map<string, string>();
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
    return this.#store.outboxCount('file') + this.#store.outboxCount('aside');
  }

  /** Bookings that Postgres refuses, oldest first, at most `limit`: somebody has to look. */
  refused(limit: number): { orderId: OrderId; reason: string }[] {
    return this.#store.outboxHead('aside', limit).map(({ orderId, commandId }) => ({
      orderId,
      reason: this.#reasons.get(commandId) ?? 'refused before the object woke',
    }));
  }

  /**
   * One batch at a time, oldest first: a batch that fails holds up the later ones, which keeps the order.
   * Those refused stand aside, and with them what follows of the same order.
   */
  async #fileAll(): Promise<void> {
    this.#filing = true;
    try {
      for (;;) {
        const now = this.#context.now();
        const rows = this.#store.outboxHead('file', LIMITS.outboxBatch);
        const [first] = rows;
        if (first === undefined || first.due > now) {
          this.#arm(FILE_TIMER, first?.due ?? null);
          break;
        }
        this.#underWay(FILE_TIMER);
        const stuck = new Set(this.#store.outboxHead('aside', ASIDE_MAX).map((row) => row.orderId));
        const behind = rows.filter((row) => stuck.has(row.orderId));
        if (behind.length > 0)
          this.#putAside(behind, 'an earlier command of this order was refused');
        const free = rows.filter((row) => !stuck.has(row.orderId));
        if (free.length > 0 && !(await this.#file(free, FILE_TIMER, FILE_BACKOFF))) return;
      }
      const again = this.#store.outboxDue('aside', this.#context.now(), LIMITS.outboxBatch);
      if (again.length > 0) await this.#file(again, ASIDE_TIMER, ASIDE_BACKOFF);
      this.#arm(ASIDE_TIMER, this.#store.outboxNext('aside'));
    } finally {
      this.#filing = false;
    }
  }

  async #file(
    rows: readonly OutboxRow[],
    timer: string,
    limits: { baseMs: number; capMs: number },
  ): Promise<boolean> {
    const { eventId } = this.#context.definition;
    const since = this.#context.now();
    let refused: ReadonlyMap<string, string>;
    try {
      const answer = await this.#context.ports.filing.file(
        rows.map(({ commandId, order }) => ({ commandId, eventId, order })),
      );
      refused = new Map(answer.refused.map(({ commandId, reason }) => [commandId, reason]));
    } catch (error) {
      this.#putOff(rows, timer, limits, `filing: ${String(error)}`);
      return false;
    }
    const filed = rows.filter((row) => !refused.has(row.commandId));
    this.#store.outboxDone(filed);
    for (const row of filed) this.#reasons.delete(row.commandId);
    for (const row of rows) {
      const reason = refused.get(row.commandId);
      if (reason !== undefined) this.#putAside([row], reason);
    }
    this.#onFiled(filed.map((row) => row.orderId));
    const durationMs = this.#context.now() - since;
    if (filed.length > 0)
      this.#context.ports.telemetry.record({
        name: 'filed',
        eventId,
        count: filed.length,
        durationMs,
      });
    return true;
  }

  #putAside(rows: readonly OutboxRow[], reason: string): void {
    const attempt = (rows[0]?.attempts ?? 0) + 1;
    const random = fractionOf(this.#context.randomId());
    const due = this.#context.now() + backoffMs(attempt, ASIDE_BACKOFF, random);
    this.#store.outboxAside(rows, due);
    const { eventId } = this.#context.definition;
    for (const { orderId, commandId } of rows) {
      this.#reasons.set(commandId, reason);
      const detail = `filing refused: ${reason}`;
      this.#context.ports.telemetry.record({ name: 'problem', eventId, orderId, detail });
    }
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
    const { order, letter } = row;
    if (letter === null) throw new Error(`a mail without a letter: ${row.commandId}`);
    try {
      await ports.mail.send({ letter, definition, order, idempotencyKey: row.commandId });
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
