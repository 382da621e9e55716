import { createHash } from 'node:crypto';
import type { LobbyDraw } from '../../../durable-objects/core/fairness/lobby-draw.ts';

const WORD = 2 ** 32;
/** Lobbies below it are shuffled (test/vectors/README.md, "The draw"). */
const SHUFFLED_BELOW = 4_096;
const ROUNDS = 10;

function sha256(...parts: (string | Uint8Array)[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

function u64(number: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64BE(BigInt(number));
  return bytes;
}

/** The seed that a revealed draw must have, base64url: from what was bound before and the round's signature. */
export function ownSeed({ secret, seal, signature }: LobbyDraw): string | null {
  if (seal === null || signature === null) return null;
  return sha256(
    'onsale/draw/v1',
    Buffer.from(secret, 'base64url'),
    Buffer.from(seal.head, 'base64url'),
    u64(seal.lobbyCount),
    sha256(Buffer.from(signature, 'hex')),
  ).toString('base64url');
}

/** Whole numbers below a bound, without end, from a seed. */
function drawnFrom(seed: string): (bound: number) => number {
  const key = Buffer.from(seed, 'base64url');
  let block: Buffer = Buffer.alloc(0);
  let blocks = 0;
  let at = 0;
  const word = (): number => {
    if (at === block.length) {
      block = sha256('onsale/stream/v1', key, u64(blocks++));
      at = 0;
    }
    at += 4;
    return block.readUInt32BE(at - 4);
  };
  return (bound) => {
    for (;;) {
      const number = word();
      if (number < WORD - (WORD % bound)) return number % bound;
    }
  };
}

/** Orders of the lobby by place, written once more from test/vectors/README.md: the auditor takes none from the code it judges. */
export function ownOrders(seed: string, count: number): Uint32Array<ArrayBuffer> {
  const below = drawnFrom(seed);
  const orders = Uint32Array.from({ length: count }, (_, place) => place);
  if (count < SHUFFLED_BELOW) {
    for (let i = count - 1; i > 0; i--) {
      const j = below(i + 1);
      [orders[i], orders[j]] = [orders[j] ?? 0, orders[i] ?? 0];
    }
    return orders;
  }
  const rows = Math.ceil(Math.sqrt(count));
  const columns = Math.ceil(count / rows);
  const tables = Array.from({ length: ROUNDS }, (_, round) =>
    Array.from({ length: round % 2 === 0 ? columns : rows }, () =>
      below(round % 2 === 0 ? rows : columns),
    ),
  );
  const once = (value: number): number => {
    let [row, column] = [Math.floor(value / columns), value % columns];
    for (const [round, table] of tables.entries()) {
      if (round % 2 === 0) row = (row + (table[column] ?? 0)) % rows;
      else column = (column + (table[row] ?? 0)) % columns;
    }
    return row * columns + column;
  };
  return orders.map((place) => {
    let order = once(place);
    while (order >= count) order = once(order);
    return order;
  });
}
