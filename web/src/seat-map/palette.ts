/** Colours of the canvas, read from the design tokens whenever the theme changes. */
export interface Palette {
  surface: string;
  ink: string;
  ink2: string;
  line: string;
  held: string;
  sold: string;
  own: string;
  ownInk: string;
  focus: string;
  /** A category's colour fitted to the theme. */
  band: (color: string) => string;
}

/** Tokens hold `light-dark()`, which only a computed colour resolves. */
export function readPalette(host: HTMLElement): Palette {
  const probe = document.createElement('span');
  host.append(probe);
  const resolve = (color: string): string => {
    probe.style.color = color;
    return getComputedStyle(probe).color;
  };
  const bands = new Map<string, string>();
  const palette = {
    surface: resolve('var(--surface)'),
    ink: resolve('var(--ink)'),
    ink2: resolve('var(--ink-2)'),
    line: resolve('var(--line)'),
    held: resolve('var(--seat-held)'),
    sold: resolve('var(--seat-sold)'),
    own: resolve('var(--seat-own)'),
    ownInk: resolve('var(--surface)'),
    focus: resolve('var(--focus)'),
    band: (color: string): string => bands.get(color) ?? color,
  };
  probe.remove();
  if (window.matchMedia('(prefers-color-scheme: dark)').matches)
    return { ...palette, band: (color) => `color-mix(in oklab, ${color} 68%, white)` };
  return palette;
}
