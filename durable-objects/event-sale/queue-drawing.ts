import { backoffMs, fractionOf } from '../core/backoff.ts';
import { toBase64Url } from '../core/fairness/bytes.ts';
import { QUICKNET, roundTime } from '../core/fairness/drand.ts';
import type { ChainState, Terms } from '../core/fairness/grant-chain.ts';
import {
  drawnLobby,
  drawTerms,
  newDraw,
  revealSeed,
  sealLobby,
} from '../core/fairness/lobby-draw.ts';
import type { LobbyDraw } from '../core/fairness/lobby-draw.ts';
import type { DrawnLobby } from '../core/place-order.ts';
import type { QueueStore } from '../storage/queue-store.ts';
import type { SaleContext } from './context.ts';

const SECRET_BYTES = 32;
/** A round is asked for so long after it is made, ms: its nodes need a moment to agree. */
const ROUND_DELAY_MS = 700;
const BACKOFF = { baseMs: 1_000, capMs: 20_000 };

/**
 * The draw of a sale's lobby; nothing at all where the lobby is first come, first served. Whatever crashes
 * when: what was written down is gone on with, and a round that is not there yet is asked for again.
 */
export class QueueDrawing {
  readonly #context: SaleContext;
  readonly #store: QueueStore;
  #draw: LobbyDraw | null;
  #asking = false;
  #failures = 0;
  /** When the round is to be asked for; null when nothing is to be asked. */
  #dueAt: number | null = null;
  /** Hears that the lobby is drawn, in the same block in which that is written down: so must be what follows. */
  onDrawn: (lobby: DrawnLobby) => void = () => undefined;
  /** Hears that `dueAt` has moved. */
  onPutOff: () => void = () => undefined;

  constructor(context: SaleContext, store: QueueStore) {
    this.#context = context;
    this.#store = store;
    this.#draw = store.draw();
    if (this.#draw === null && context.definition.settings.lobby === 'draw') {
      const secret = toBase64Url(context.randomBytes(SECRET_BYTES));
      this.#keep(newDraw(context.definition.settings, secret));
    }
  }

  /** As far as the draw has come; null where nothing is drawn. */
  get draw(): LobbyDraw | null {
    return this.#draw;
  }

  /** What the first link of the chain binds. */
  get terms(): Terms {
    const { eventId, settings } = this.#context.definition;
    const draw = this.#draw === null ? null : drawTerms(this.#draw);
    return { eventId, opensAt: settings.opensAt, draw };
  }

  /** Whether every place has its order. */
  get done(): boolean {
    return this.#draw === null || this.#draw.seed !== null;
  }

  /** Null before the draw, and where there is none. */
  get lobby(): DrawnLobby | null {
    return drawnLobby(this.#draw);
  }

  /** When `ask` should be called, epoch ms; null when nothing is to be asked. */
  get dueAt(): number | null {
    return this.#dueAt;
  }

  /** The sale has opened: whoever is in the chain now is the lobby. Then the round is waited for. */
  open(chain: ChainState, now: number): void {
    if (this.#draw === null || this.done) return;
    if (this.#draw.seal === null) this.#keep(sealLobby(this.#draw, chain, now));
    this.#dueAt ??= Math.max(now, roundTime(this.#draw.round, QUICKNET) + ROUND_DELAY_MS);
  }

  /** Asks for the round if it is time; one question at a time. */
  ask(now: number): void {
    const draw = this.#draw;
    if (this.#dueAt === null || this.#dueAt > now || this.#asking || draw === null) return;
    this.#asking = true;
    const asked = this.#ask(draw.round).finally(() => {
      this.#asking = false;
    });
    this.#context.background(asked);
  }

  async #ask(round: number): Promise<void> {
    const { randomness } = this.#context.ports;
    const answer = await randomness.round({ chainHash: QUICKNET.chainHash, round });
    const draw = this.#draw;
    if (draw === null || draw.seed !== null) return;
    const revealed = answer.ok ? revealSeed(draw, answer.beacon) : answer;
    if (!revealed.ok) return this.#putOff(revealed.code);
    this.#dueAt = null;
    this.#keep(revealed.draw);
    const lobby = this.lobby;
    if (lobby !== null) this.onDrawn(lobby);
  }

  /** The named round is waited for, however long: with another one the operator could choose. */
  #putOff(code: string): void {
    const { definition, ports } = this.#context;
    this.#failures += 1;
    const jitter = fractionOf(this.#context.randomId());
    this.#dueAt = this.#context.now() + backoffMs(this.#failures, BACKOFF, jitter);
    if (code !== 'not_yet') {
      const detail = `round ${this.#draw?.round} of the draw: ${code}`;
      ports.telemetry.record({ name: 'problem', eventId: definition.eventId, detail });
    }
    this.onPutOff();
  }

  #keep(draw: LobbyDraw): void {
    this.#store.saveDraw(draw);
    this.#draw = draw;
  }
}
