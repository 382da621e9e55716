import { createEffect, createMemo, createSignal, on, onCleanup, onMount, Show } from 'solid-js';
import type { JSX } from 'solid-js';
import { announce } from '../components/announce.ts';
import { localeTag, t } from '../i18n/index.ts';
import { listenToGestures } from './gestures.ts';
import { GridIndex } from './grid-index.ts';
import { FarPicture, NEAR_SCALE, paint, type Scene } from './paint.ts';
import { readPalette } from './palette.ts';
import { FREE } from './seat-status.ts';
import type { SeatStore } from './seat-store.ts';
import { seatWords } from './seat-words.ts';
import { createCamera, type Camera } from './use-camera.ts';
import { areaAt, type Venue } from './venue.ts';
import { MAX_SCALE } from './viewport.ts';

/** Reach of an arrow key to the next seat, metres: over an aisle, not over a field. */
const REACH_M = 14;
/** Where a tap on the far view zooms to, pixels a metre. */
const TAP_SCALE = 30;
/** Edge of a cell of the spatial index, metres. */
const CELL_M = 2;
const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The seat map: a canvas with one tab stop. Arrow keys go to the neighbour, Enter chooses. */
export function SeatMap(props: {
  store: SeatStore;
  venue: Venue;
  /** A standing area was tapped. */
  onArea: (section: string) => void;
}): JSX.Element {
  const [host, setHost] = createSignal<HTMLElement>();
  const [canvas, setCanvas] = createSignal<HTMLCanvasElement>();
  const { store, venue } = props;
  const grid = new GridIndex(venue.seats, CELL_M);
  const camera = createCamera(venue.bounds, host, canvas);
  const [focused, setFocused] = createSignal(-1);
  const [hovered, setHovered] = createSignal(-1);
  const chosen = createMemo(() => new Set([...store.chosen(), ...store.mine()]));
  const seated = (index: number): boolean => venue.seats[index]?.standing !== true;
  const lit = (): number => (hovered() >= 0 ? hovered() : focused());
  const words = (index: number): string =>
    seatWords(venue, index, store.code(index), chosen().has(index));
  const toggle = (index: number): void => {
    store.toggle(index);
    announce(words(index));
  };
  const goTo = (index: number): void => {
    setFocused(index);
    announce(words(index));
    showSeat(camera, venue, index);
  };
  const seatAt = (x: number, y: number): number => {
    const point = camera.at(x, y);
    return grid.nearest(point.x, point.y, Math.max(0.32, 12 / camera.view().scale), seated);
  };
  usePainting(camera, canvas, grid, { store, venue, chosen, lit });
  onMount(() => {
    const element = host();
    if (!element) return;
    const stop = listenToGestures(element, {
      pan: camera.pan,
      zoom: camera.zoomAt,
      hover: (x, y) => void setHovered(camera.view().scale < NEAR_SCALE ? -1 : seatAt(x, y)),
      leave: () => void setHovered(-1),
      tap: (x, y) => {
        const point = camera.at(x, y);
        const area = areaAt(venue, point.x, point.y);
        if (area) return props.onArea(area.id);
        if (camera.view().scale < NEAR_SCALE) return camera.goTo(point.x, point.y, TAP_SCALE);
        const index = seatAt(x, y);
        if (index < 0) return;
        setFocused(index);
        toggle(index);
      },
    });
    element.addEventListener('keydown', onKey);
    onCleanup(stop);
  });
  /** The free seat nearest the stage that the filter shows. */
  const firstSeat = (): number =>
    grid.nearest(
      0,
      0,
      500,
      (index) => seated(index) && store.shown(index) && store.code(index) === FREE,
    );
  const isStep = (index: number): boolean => seated(index) && store.shown(index);
  const onKey = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const step = STEPS[event.key];
    if (step) {
      const next =
        focused() < 0 ? firstSeat() : grid.neighbour(focused(), step[0], step[1], REACH_M, isStep);
      if (next >= 0) goTo(next);
    } else if ((event.key === 'Enter' || event.key === ' ') && focused() >= 0) toggle(focused());
    else if (event.key === '+' || event.key === '=') camera.zoomMiddle(1.4);
    else if (event.key === '-') camera.zoomMiddle(1 / 1.4);
    else if (event.key === '0') camera.fit();
    else return;
    event.preventDefault();
  };
  return (
    <div class="seat-map">
      <div
        ref={setHost}
        class="seat-map__host"
        role="application"
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- role "application" is one tab stop that handles its own keys (WAI-ARIA 1.2)
        tabindex="0"
        aria-label={t('seats.map')}
        aria-describedby="seat-map-help"
      >
        <canvas ref={setCanvas} class="seat-map__canvas" aria-hidden="true" />
      </div>
      <p id="seat-map-help" class="visually-hidden">
        {t('seats.mapHelp')}
      </p>
      <Tools camera={camera} />
      <p class="seat-map__label numbers" aria-hidden="true">
        <Show when={lit() >= 0} fallback={t('seats.hint')}>
          {store.revision() >= 0 && words(lit())}
        </Show>
      </p>
    </div>
  );
}

function Tools(props: { camera: Camera }): JSX.Element {
  return (
    <div class="seat-map__tools">
      <button
        type="button"
        aria-label={t('seats.zoomIn')}
        disabled={props.camera.view().scale >= MAX_SCALE}
        onClick={() => props.camera.zoomMiddle(1.6)}
      >
        +
      </button>
      <button
        type="button"
        aria-label={t('seats.zoomOut')}
        onClick={() => props.camera.zoomMiddle(1 / 1.6)}
      >
        −
      </button>
      <button type="button" aria-label={t('seats.fit')} onClick={() => props.camera.fit()}>
        ⤢
      </button>
    </div>
  );
}

/** Moves the camera only when the seat is not in view or too small to see. */
function showSeat(camera: Camera, venue: Venue, index: number): void {
  const seat = venue.seats[index];
  if (!seat) return;
  const { scale, offsetX, offsetY } = camera.view();
  const { width, height } = camera.size();
  const [x, y] = [seat.x * scale + offsetX, seat.y * scale + offsetY];
  const inside = x > 30 && y > 30 && x < width - 30 && y < height - 30;
  if (!inside || scale < NEAR_SCALE) camera.goTo(seat.x, seat.y, Math.max(scale, TAP_SCALE));
}

/** Repaints at most once a frame, when anything that is drawn has changed. */
function usePainting(
  camera: Camera,
  canvas: () => HTMLCanvasElement | undefined,
  grid: GridIndex,
  shown: {
    store: SeatStore;
    venue: Venue;
    chosen: () => ReadonlySet<number>;
    lit: () => number;
  },
): void {
  const { store, venue, chosen, lit } = shown;
  const far = new FarPicture(venue);
  const [theme, setTheme] = createSignal(0);
  const palette = createMemo(() => {
    theme();
    return readPalette(document.body);
  });
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const onTheme = (): void => void setTheme((count) => count + 1);
  dark.addEventListener('change', onTheme);
  const scene = (): Scene => ({
    venue,
    grid,
    palette: palette(),
    code: store.code,
    shown: store.shown,
    chosen: chosen(),
    focused: lit(),
    stage: t('seats.stage'),
    left: (count) => t('seats.sectionFree', { count }),
  });
  let frame = 0;
  const requestPaint = (): void => {
    window.cancelAnimationFrame(frame);
    frame = window.requestAnimationFrame(() => {
      const context = canvas()?.getContext('2d');
      if (!context || camera.size().width === 0) return;
      const ratio = window.devicePixelRatio;
      context.setTransform(ratio, 0, 0, ratio, 0, 0);
      paint(context, scene(), far, camera.view(), camera.size());
    });
  };
  createEffect(
    on([store.revision, store.filter, chosen, palette], () => {
      far.redraw(scene());
      requestPaint();
    }),
  );
  createEffect(on([camera.view, camera.size, lit, localeTag], requestPaint));
  onCleanup(() => {
    window.cancelAnimationFrame(frame);
    dark.removeEventListener('change', onTheme);
  });
}
