import type { Bounds } from './venue.ts';

/** How metres map to CSS pixels: `screen = metres * scale + offset`. */
export interface View {
  scale: number;
  offsetX: number;
  offsetY: number;
}

/** Size of the canvas, CSS pixels. */
export interface Size {
  width: number;
  height: number;
}

/** Closest view: pixels a metre. A seat is about half a metre. */
export const MAX_SCALE = 90;
/** Below this many pixels a metre single seats cannot be told apart, so sections are drawn. */
export const SEAT_SCALE = 5;

/** The view that shows everything with some air around it. */
export function fitView(bounds: Bounds, size: Size): View {
  const width = Math.max(1, bounds.maxX - bounds.minX);
  const height = Math.max(1, bounds.maxY - bounds.minY);
  const scale = Math.min(size.width / (width * 1.08), size.height / (height * 1.1));
  return centredOn((bounds.minX + bounds.maxX) / 2, (bounds.minY + bounds.maxY) / 2, scale, size);
}

/** The view with a point in the middle. */
export function centredOn(x: number, y: number, scale: number, size: Size): View {
  return { scale, offsetX: size.width / 2 - x * scale, offsetY: size.height / 2 - y * scale };
}

/** Zooms about a point of the screen, which stays where it is. */
export function zoomed(
  view: View,
  factor: number,
  atX: number,
  atY: number,
  minScale: number,
): View {
  const scale = Math.min(MAX_SCALE, Math.max(minScale, view.scale * factor));
  const real = scale / view.scale;
  return {
    scale,
    offsetX: atX - (atX - view.offsetX) * real,
    offsetY: atY - (atY - view.offsetY) * real,
  };
}

/** Moves the view, keeping at least the middle of the screen over the venue. */
export function panned(view: View, dx: number, dy: number, bounds: Bounds, size: Size): View {
  const clamp = (value: number, low: number, high: number): number =>
    Math.min(Math.max(value, Math.min(low, high)), Math.max(low, high));
  return {
    scale: view.scale,
    offsetX: clamp(
      view.offsetX + dx,
      size.width / 2 - bounds.maxX * view.scale,
      size.width / 2 - bounds.minX * view.scale,
    ),
    offsetY: clamp(
      view.offsetY + dy,
      size.height / 2 - bounds.maxY * view.scale,
      size.height / 2 - bounds.minY * view.scale,
    ),
  };
}

/** The point of the venue under a point of the screen, metres. */
export function toVenue(view: View, screenX: number, screenY: number): { x: number; y: number } {
  return { x: (screenX - view.offsetX) / view.scale, y: (screenY - view.offsetY) / view.scale };
}
