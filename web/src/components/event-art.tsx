import { createUniqueId, For, type JSX } from 'solid-js';

/** A small generator of numbers in [0, 1), the same for the same text (FNV-1a into mulberry32). */
export function seededRandom(text: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++)
    state = Math.imul(state ^ text.charCodeAt(i), 0x01000193) >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

interface Orb {
  x: number;
  y: number;
  r: number;
  hue: number;
  orbit: number;
}

function orbs(seed: string): {
  base: number;
  list: Orb[];
  stars: { x: number; y: number; r: number }[];
} {
  const random = seededRandom(seed);
  const base = Math.floor(random() * 360);
  const list = Array.from({ length: 4 }, (_, index) => {
    const angle = random() * Math.PI * 2;
    const orbit = 90 + index * 74;
    return {
      x: 560 + Math.cos(angle) * orbit,
      y: 225 + Math.sin(angle) * orbit * 0.55,
      r: 14 + random() * 34,
      hue: base + 40 + random() * 150,
      orbit,
    };
  });
  const stars = Array.from({ length: 46 }, () => ({
    x: random() * 800,
    y: random() * 450,
    r: 0.6 + random() * 1.5,
  }));
  return { base, list, stars };
}

/** Art of an event, drawn from its id: always the same, never fetched. Decorative. */
export function EventArt(props: { seed: string; class?: string }): JSX.Element {
  const id = createUniqueId();
  const art = orbs(props.seed);
  const tone = (shift: number, light: number, chroma = 0.13): string =>
    `oklch(${light}% ${chroma} ${(art.base + shift) % 360})`;
  return (
    <svg
      class={props.class}
      viewBox="0 0 800 450"
      preserveAspectRatio="xMidYMid slice"
      aria-hidden="true"
    >
      <defs>
        <linearGradient id={`${id}-sky`} x1="0" y1="0" x2="1" y2="1">
          <stop offset="0" stop-color={tone(0, 24)} />
          <stop offset="0.55" stop-color={tone(35, 36, 0.15)} />
          <stop offset="1" stop-color={tone(80, 55, 0.15)} />
        </linearGradient>
        <radialGradient id={`${id}-sun`}>
          <stop offset="0" stop-color={tone(95, 92, 0.09)} />
          <stop offset="0.35" stop-color={tone(85, 80, 0.13)} />
          <stop offset="1" stop-color={tone(60, 60, 0.15)} stop-opacity="0" />
        </radialGradient>
        <For each={art.list}>
          {(orb, index) => (
            <radialGradient id={`${id}-orb${index()}`} cx="0.32" cy="0.3" r="0.8">
              <stop offset="0" stop-color={`oklch(88% 0.1 ${orb.hue % 360})`} />
              <stop offset="1" stop-color={`oklch(42% 0.15 ${orb.hue % 360})`} />
            </radialGradient>
          )}
        </For>
      </defs>
      <rect width="800" height="450" fill={`url(#${id}-sky)`} />
      <For each={art.stars}>
        {(star) => <circle cx={star.x} cy={star.y} r={star.r} fill="#fff" opacity="0.55" />}
      </For>
      <circle cx="560" cy="225" r="300" fill={`url(#${id}-sun)`} opacity="0.75" />
      <For each={art.list}>
        {(orb) => (
          <ellipse
            cx="560"
            cy="225"
            rx={orb.orbit}
            ry={orb.orbit * 0.55}
            fill="none"
            stroke="#fff"
            stroke-opacity="0.28"
            stroke-width="1.2"
          />
        )}
      </For>
      <circle cx="560" cy="225" r="46" fill={tone(95, 95, 0.06)} />
      <For each={art.list}>
        {(orb, index) => (
          <circle cx={orb.x} cy={orb.y} r={orb.r} fill={`url(#${id}-orb${index()})`} />
        )}
      </For>
    </svg>
  );
}
