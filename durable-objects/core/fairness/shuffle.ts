import type { DrawStream } from './draw-stream.ts';
import type { Permutation } from './feistel.ts';

/** Fisher–Yates from the top (Durstenfeld, 1964): swaps i with a uniform j ≤ i, for i from `count - 1` down to 1. */
export function shuffle(stream: DrawStream, count: number): Permutation {
  const forward = Uint32Array.from({ length: count }, (_, index) => index);
  for (let i = count - 1; i > 0; i--) {
    const j = stream.below(i + 1);
    const held = forward[i] ?? 0;
    forward[i] = forward[j] ?? 0;
    forward[j] = held;
  }
  const back = new Uint32Array(count);
  forward.forEach((to, from) => {
    back[to] = from;
  });
  return { forward: (value) => forward[value] ?? 0, back: (value) => back[value] ?? 0 };
}
