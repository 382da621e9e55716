import { createSignal, onCleanup, onMount, type Accessor } from 'solid-js';
import type { Bounds } from './venue.ts';
import { centredOn, fitView, panned, toVenue, zoomed, type Size, type View } from './viewport.ts';

/** What the map shows of the venue, and how that changes. */
export interface Camera {
  view: Accessor<View>;
  size: Accessor<Size>;
  fit: () => void;
  pan: (dx: number, dy: number) => void;
  zoomAt: (factor: number, x: number, y: number) => void;
  zoomMiddle: (factor: number) => void;
  /** Puts a point in the middle at a scale, pixels a metre. */
  goTo: (x: number, y: number, scale: number) => void;
  at: (screenX: number, screenY: number) => { x: number; y: number };
}

/** A camera over a canvas that fills its host; the canvas keeps the device's own pixels. */
export function createCamera(
  bounds: Bounds,
  host: Accessor<HTMLElement | undefined>,
  canvas: Accessor<HTMLCanvasElement | undefined>,
): Camera {
  const [size, setSize] = createSignal<Size>({ width: 0, height: 0 });
  const [view, setView] = createSignal<View>({ scale: 1, offsetX: 0, offsetY: 0 });
  const minScale = (): number => fitView(bounds, size()).scale * 0.8;
  const fit = (): void => void setView(fitView(bounds, size()));
  const pan = (dx: number, dy: number): void =>
    void setView(panned(view(), dx, dy, bounds, size()));
  const zoomAt = (factor: number, x: number, y: number): void =>
    void setView(zoomed(view(), factor, x, y, minScale()));
  const resize = (width: number, height: number): void => {
    const target = canvas();
    if (!target || width === 0) return;
    // Who sees all of it goes on to: a phone that is turned would otherwise keep a map of a few millimetres.
    const showsAll = size().width === 0 || view().scale <= fitView(bounds, size()).scale;
    setSize({ width, height });
    target.width = Math.round(width * window.devicePixelRatio);
    target.height = Math.round(height * window.devicePixelRatio);
    if (showsAll) fit();
    else pan(0, 0);
  };
  onMount(() => {
    const element = host();
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) resize(entry.contentRect.width, entry.contentRect.height);
    });
    observer.observe(element);
    onCleanup(() => observer.disconnect());
  });
  return {
    view,
    size,
    fit,
    pan,
    zoomAt,
    zoomMiddle: (factor) => zoomAt(factor, size().width / 2, size().height / 2),
    goTo: (x, y, scale) => void setView(centredOn(x, y, scale, size())),
    at: (screenX, screenY) => toVenue(view(), screenX, screenY),
  };
}
