import type { AccountId, EventId } from '../core/ids.ts';
import { Offenders } from '../core/offenders.ts';
import { unreachable } from '../core/result.ts';
import { LIMITS } from '../protocol/limits.ts';
import { CLOSE, parseClientMessage } from '../protocol/live.ts';
import type { ClientMessage, ServerMessage } from '../protocol/live.ts';
import type { Admission } from '../protocol/queue-rpc.ts';
import { signToken } from '../protocol/tokens.ts';
import type { RoomDesk } from './room-desk.ts';
import { closeSocket, errorText, placeText, sendTo } from './sockets.ts';
import type { Client, Sockets } from './sockets.ts';

/** Bad messages after which a socket is closed. */
const BAD_MESSAGES = 3;

/** What the live side needs beside desk and sockets. */
export interface LiveContext {
  now(): number;
  readonly eventId: EventId;
  readonly authSecret: string;
}

/** The conversation with one leaf's sockets: welcome, messages, and the end of those that misbehave. */
export class Live {
  readonly #context: LiveContext;
  readonly #desk: RoomDesk;
  readonly #sockets: Sockets;
  readonly #offenders = new Offenders(LIMITS.socketFloodWindowMs);

  constructor(context: LiveContext, desk: RoomDesk, sockets: Sockets) {
    this.#context = context;
    this.#desk = desk;
    this.#sockets = sockets;
  }

  /** For how long the account may not open a socket, because of what its last one sent, ms. */
  waitMs(accountId: AccountId): number {
    return this.#offenders.waitMs(accountId, this.#context.now());
  }

  /** The first message on a new socket: own place and last tick; an admission follows if there is one. */
  async welcome(client: Client): Promise<void> {
    const position = await this.#desk.welcome(client.accountId);
    if (position === 'later') {
      this.#sockets.shed(client);
      return;
    }
    const text = `{"v":1,"type":"welcome","serverTime":${this.#context.now()},"position":${JSON.stringify(position)},"tick":${this.#desk.tickText() ?? 'null'}}`;
    sendTo(client, text);
    if (position?.admission) {
      const { accountId } = client;
      sendTo(client, await this.#admissionText(accountId, position.place, position.admission));
    }
  }

  /** One message; a promise only has to be kept alive. A join of an account that is here makes none. */
  message(client: Client, data: string | ArrayBuffer): Promise<void> | undefined {
    const now = this.#context.now();
    if (!this.#sockets.admitMessage(client, now)) {
      this.#cutOff(client, CLOSE.flood, errorText('rate_limited', LIMITS.socketFloodWindowMs));
      return undefined;
    }
    const size = typeof data === 'string' ? data.length : data.byteLength;
    if (size > LIMITS.socketMessageBytes) {
      this.#cutOff(client, CLOSE.tooLarge, errorText('body_too_large'));
      return undefined;
    }
    if (now >= client.expiresAt) {
      this.#end(client, CLOSE.unauthorized, errorText('token_expired'));
      return undefined;
    }
    const message = typeof data === 'string' ? parseClientMessage(data) : null;
    if (message === null) {
      this.#bad(client);
      return undefined;
    }
    return this.#desk.homeOf(client.accountId) === 'here'
      ? this.#act(client, message)
      : this.#actOnceClear(client, message);
  }

  async #actOnceClear(client: Client, message: ClientMessage): Promise<void> {
    if (await this.#desk.answersFor(client.accountId)) await this.#act(client, message);
    else this.#sockets.shed(client);
  }

  #act(client: Client, message: ClientMessage): Promise<void> | undefined {
    switch (message.type) {
      case 'join':
        this.#join(client);
        return undefined;
      case 'leave':
        if (!this.#desk.leaveNow(client.accountId)) sendTo(client, errorText('not_in_queue'));
        return undefined;
      case 'claim':
        return this.#claim(client);
      case 'watch':
        this.#sockets.watch(client, message.seats);
        return undefined;
      default:
        return unreachable(message);
    }
  }

  #join(client: Client): void {
    if (!client.mayJoin) {
      sendTo(client, errorText('email_not_verified'));
      return;
    }
    const joined = this.#desk.joinLive(client.accountId);
    if (joined === 'pending') return;
    if (joined.ok) sendTo(client, placeText(joined.position));
    else
      sendTo(
        client,
        errorText(joined.code, 'retryAfterMs' in joined ? joined.retryAfterMs : undefined),
      );
  }

  async #claim(client: Client): Promise<void> {
    const { accountId } = client;
    const claimed = await this.#desk.claim(accountId);
    if (!claimed.ok) {
      const retryAfterMs = claimed.code === 'overloaded' ? claimed.retryAfterMs : undefined;
      sendTo(client, errorText(claimed.code, retryAfterMs));
      return;
    }
    const position = this.#desk.positionOf(accountId);
    if (position === null) return;
    const text = await this.#admissionText(accountId, position.place, claimed.admission);
    this.#sockets.place(accountId, position);
    this.#sockets.tell(accountId, text);
  }

  /** The Worker mints the same token from the same numbers. */
  async #admissionText(accountId: AccountId, place: number, admission: Admission): Promise<string> {
    const token = await signToken(this.#context.authSecret, 'admission', {
      sub: accountId,
      evt: this.#context.eventId,
      jti: admission.admissionId,
      place,
      iat: Math.floor(admission.claimedAt / 1_000),
      exp: Math.floor(admission.until / 1_000),
    });
    const message: ServerMessage = { v: 1, type: 'admission', token, until: admission.until };
    return JSON.stringify(message);
  }

  #bad(client: Client): void {
    client.badMessages += 1;
    if (client.badMessages < BAD_MESSAGES) sendTo(client, errorText('invalid_request'));
    else this.#cutOff(client, CLOSE.badMessage, errorText('invalid_request'));
  }

  #cutOff(client: Client, code: number, text: string): void {
    this.#offenders.add(client.accountId, this.#context.now());
    this.#end(client, code, text);
  }

  #end(client: Client, code: number, text: string): void {
    sendTo(client, text);
    this.#sockets.remove(client.socket);
    closeSocket(client.socket, code, REASONS[code] ?? '');
  }
}

const REASONS: Readonly<Record<number, string>> = {
  [CLOSE.badMessage]: 'unknown messages',
  [CLOSE.tooLarge]: 'message too large',
  [CLOSE.unauthorized]: 'sign in again',
  [CLOSE.flood]: 'too many messages',
};
