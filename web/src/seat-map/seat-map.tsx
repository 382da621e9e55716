import {
  createEffect,
  createMemo,
  createSignal,
  on,
  onCleanup,
  onMount,
  Show,
  type JSX,
} from 'solid-js';
import { announce } from '../components/announce.ts';
import { localeTag, t } from '../i18n/index.ts';
import { listenToGestures } from './gestures.ts';
import { GridIndex } from './grid-index.ts';
import { FarPicture, NEAR_SCALE, paint, type Scene } from './paint.ts';
import { readPalette } from './palette.ts';
import type { SeatStore } from './seat-store.ts';
import { seatWords } from './seat-words.ts';
import type { Venue } from './venue.ts';
import {
  centredOn,
  fitView,
  MAX_SCALE,
  panned,
  toVenue,
  zoomed,
  type Size,
  type View,
} from './viewport.ts';

/** Reach of an arrow key to the next seat, metres: over an aisle, not over a field. */
const REACH_M = 14;
/** Where a tap on the far view zooms to, pixels a metre. */
const TAP_SCALE = 30;

/** The seat map: a canvas with one tab stop. Arrow keys go to the neighbour, Enter chooses. */
export function SeatMap(props: { store: SeatStore; venue: Venue }): JSX.Element {
  let host: HTMLDivElement | undefined;
  let canvas: HTMLCanvasElement | undefined;
  const venue = props.venue;
  const grid = new GridIndex(venue.seats, 2);
  const far = new FarPicture(venue);
  const [size, setSize] = createSignal<Size>({ width: 0, height: 0 });
  const [view, setView] = createSignal<View>({ scale: 1, offsetX: 0, offsetY: 0 });
  const [focused, setFocused] = createSignal(-1);
  const [hovered, setHovered] = createSignal(-1);
  const [theme, setTheme] = createSignal(0);
  const chosen = createMemo(() => new Set(props.store.chosen()));
  const palette = createMemo(() => {
    theme();
    return readPalette(document.body);
  });
  const minScale = (): number => fitView(venue.bounds, size()).scale * 0.8;
  const scene = (): Scene => ({
    venue,
    grid,
    palette: palette(),
    code: (index) => props.store.code(index),
    shown: (index) => props.store.shown(index),
    chosen: chosen(),
    focused: hovered() >= 0 ? hovered() : focused(),
    stage: t('seats.stage'),
  });

  const fit = (): void => void setView(fitView(venue.bounds, size()));
  const zoomAt = (factor: number, x: number, y: number): void =>
    void setView(zoomed(view(), factor, x, y, minScale()));
  const zoomMiddle = (factor: number): void => zoomAt(factor, size().width / 2, size().height / 2);
  const seatAt = (x: number, y: number): number => {
    const at = toVenue(view(), x, y);
    return grid.nearest(at.x, at.y, Math.max(0.32, 12 / view().scale));
  };
  const toggle = (index: number): void => {
    props.store.toggle(index);
    announce(words(index));
  };
  const words = (index: number): string =>
    seatWords(venue, index, props.store.code(index), chosen().has(index));

  onMount(() => {
    if (!host || !canvas) return;
    const target = canvas;
    const resized = new ResizeObserver(([entry]) => {
      if (!entry) return;
      const first = size().width === 0;
      const { width, height } = entry.contentRect;
      if (width === 0) return;
      setSize({ width, height });
      target.width = Math.round(width * window.devicePixelRatio);
      target.height = Math.round(height * window.devicePixelRatio);
      if (first) fit();
      else setView(panned(view(), 0, 0, venue.bounds, size()));
    });
    resized.observe(host);
    const stop = listenToGestures(host, {
      pan: (dx, dy) => void setView(panned(view(), dx, dy, venue.bounds, size())),
      zoom: zoomAt,
      hover: (x, y) => void setHovered(view().scale < NEAR_SCALE ? -1 : seatAt(x, y)),
      leave: () => void setHovered(-1),
      tap: (x, y) => {
        const index = seatAt(x, y);
        if (view().scale < NEAR_SCALE) {
          const at = toVenue(view(), x, y);
          setView(centredOn(at.x, at.y, TAP_SCALE, size()));
        } else if (index >= 0) {
          setFocused(index);
          toggle(index);
        }
      },
    });
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const onTheme = (): void => void setTheme((count) => count + 1);
    dark.addEventListener('change', onTheme);
    onCleanup(() => {
      resized.disconnect();
      stop();
      dark.removeEventListener('change', onTheme);
    });
  });

  let frame = 0;
  const requestPaint = (): void => {
    window.cancelAnimationFrame(frame);
    frame = window.requestAnimationFrame(() => {
      const context = canvas?.getContext('2d');
      if (!context || size().width === 0) return;
      context.setTransform(window.devicePixelRatio, 0, 0, window.devicePixelRatio, 0, 0);
      paint(context, scene(), far, view(), size());
    });
  };
  createEffect(
    on([props.store.revision, props.store.filter, chosen, palette], () => {
      far.redraw(scene());
      requestPaint();
    }),
  );
  createEffect(on([view, size, focused, hovered, localeTag], requestPaint));
  onCleanup(() => window.cancelAnimationFrame(frame));

  const goTo = (index: number): void => {
    const seat = venue.seats[index];
    if (!seat) return;
    setFocused(index);
    announce(words(index));
    const x = seat.x * view().scale + view().offsetX;
    const y = seat.y * view().scale + view().offsetY;
    const inside = x > 30 && y > 30 && x < size().width - 30 && y < size().height - 30;
    if (!inside || view().scale < NEAR_SCALE)
      setView(centredOn(seat.x, seat.y, Math.max(view().scale, TAP_SCALE), size()));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[
      event.key
    ];
    if (step) {
      const next =
        focused() < 0
          ? firstSeat()
          : grid.neighbour(focused(), step[0] ?? 0, step[1] ?? 0, REACH_M, props.store.shown);
      if (next >= 0) goTo(next);
    } else if ((event.key === 'Enter' || event.key === ' ') && focused() >= 0) toggle(focused());
    else if (event.key === '+' || event.key === '=') zoomMiddle(1.4);
    else if (event.key === '-') zoomMiddle(1 / 1.4);
    else if (event.key === '0') fit();
    else return;
    event.preventDefault();
  };
  /** The free seat nearest the stage that the filter shows. */
  const firstSeat = (): number =>
    grid.nearest(0, 0, 500, (index) => props.store.shown(index) && props.store.code(index) === 0);

  return (
    <div class="seat-map">
      <div
        ref={host}
        class="seat-map__host"
        role="application"
        tabindex="0"
        aria-label={t('seats.map')}
        aria-describedby="seat-map-help"
        onKeyDown={onKey}
        onFocus={() => focused() >= 0 && announce(words(focused()))}
      >
        <canvas ref={canvas} class="seat-map__canvas" aria-hidden="true" />
      </div>
      <p id="seat-map-help" class="visually-hidden">
        {t('seats.mapHelp')}
      </p>
      <div class="seat-map__tools">
        <button
          type="button"
          aria-label={t('seats.zoomIn')}
          disabled={view().scale >= MAX_SCALE}
          onClick={() => zoomMiddle(1.6)}
        >
          +
        </button>
        <button type="button" aria-label={t('seats.zoomOut')} onClick={() => zoomMiddle(1 / 1.6)}>
          −
        </button>
        <button type="button" aria-label={t('seats.fit')} onClick={fit}>
          ⤢
        </button>
      </div>
      <p class="seat-map__label numbers" aria-hidden="true">
        <Show when={scene().focused >= 0} fallback={t('seats.hint')}>
          {props.store.revision() >= 0 && words(scene().focused)}
        </Show>
      </p>
    </div>
  );
}
