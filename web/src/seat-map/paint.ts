import { FREE, HELD } from './seat-status.ts';
import type { GridIndex } from './grid-index.ts';
import type { Palette } from './palette.ts';
import type { Venue } from './venue.ts';
import { drawAreas, tracePath } from './paint-areas.ts';
import { toVenue, type Size, type View } from './viewport.ts';

/** What there is to draw. */
export interface Scene {
  venue: Venue;
  grid: GridIndex;
  palette: Palette;
  code: (index: number) => number;
  shown: (index: number) => boolean;
  chosen: ReadonlySet<number>;
  focused: number;
  /** Words on the stage. */
  stage: string;
  /** Words for how many places of a standing area are left. */
  left: (count: number) => string;
}

/** From this many pixels a metre on, each seat is drawn by itself; below, from the far picture. */
export const NEAR_SCALE = 11;
/** From here on seats carry their numbers. */
const NUMBER_SCALE = 34;
/** Radius of a seat, metres. */
const SEAT_M = 0.23;
/** Longest edge of the far picture, pixels. */
const FAR_EDGE = 2_048;

/** All seats as dots in one picture: 60,000 seats cost one `drawImage` a frame while far out. */
export class FarPicture {
  readonly #canvas = document.createElement('canvas');
  readonly #scale: number;
  readonly #venue: Venue;

  constructor(venue: Venue) {
    const { minX, minY, maxX, maxY } = venue.bounds;
    this.#venue = venue;
    this.#scale = Math.min(NEAR_SCALE, FAR_EDGE / Math.max(maxX - minX + 2, maxY - minY + 2));
    this.#canvas.width = Math.ceil((maxX - minX + 2) * this.#scale);
    this.#canvas.height = Math.ceil((maxY - minY + 2) * this.#scale);
  }

  /** Draws everything anew; called when statuses, filter or theme change. */
  redraw(scene: Scene): void {
    // Kept in main memory: 60,000 small rectangles take seconds where the GPU is emulated, and 50 ms here.
    const context = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!context) return;
    const { minX, minY } = this.#venue.bounds;
    const scale = this.#scale;
    context.clearRect(0, 0, this.#canvas.width, this.#canvas.height);
    const size = Math.max(1.5, SEAT_M * 2 * scale);
    const byColor = new Map<string, number[]>();
    scene.venue.seats.forEach((seat, index) => {
      if (seat.standing) return;
      const color = farColor(scene, index, seat.categoryId);
      const list = byColor.get(color);
      if (list) list.push(index);
      else byColor.set(color, [index]);
    });
    for (const [color, indexes] of byColor) {
      context.fillStyle = color;
      for (const index of indexes) {
        const seat = scene.venue.seats[index];
        if (!seat) continue;
        // Taken seats are smaller as well as paler.
        const edge = scene.code(index) === FREE ? size : size * 0.55;
        context.fillRect(
          (seat.x - minX + 1) * scale - edge / 2,
          (seat.y - minY + 1) * scale - edge / 2,
          edge,
          edge,
        );
      }
    }
  }

  /** Puts the picture where the view has it. */
  draw(context: CanvasRenderingContext2D, view: View): void {
    const { minX, minY } = this.#venue.bounds;
    const factor = view.scale / this.#scale;
    context.drawImage(
      this.#canvas,
      (minX - 1) * view.scale + view.offsetX,
      (minY - 1) * view.scale + view.offsetY,
      this.#canvas.width * factor,
      this.#canvas.height * factor,
    );
  }
}

function farColor(scene: Scene, index: number, categoryId: string): string {
  const { palette } = scene;
  if (scene.chosen.has(index)) return palette.own;
  const code = scene.code(index);
  if (code === HELD) return palette.held;
  if (code !== FREE || !scene.shown(index)) return palette.sold;
  return palette.band(scene.venue.categories.get(categoryId)?.color ?? palette.ink2);
}

/** Draws one frame. `context` is scaled to CSS pixels already. */
export function paint(
  context: CanvasRenderingContext2D,
  scene: Scene,
  far: FarPicture,
  view: View,
  size: Size,
): void {
  context.clearRect(0, 0, size.width, size.height);
  drawSections(context, scene, view);
  drawAreas(context, scene, view);
  drawStage(context, scene, view);
  if (view.scale < NEAR_SCALE) far.draw(context, view);
  else drawSeats(context, scene, view, size);
  drawNames(context, scene, view);
  if (scene.focused >= 0) drawFocus(context, scene, view);
}

function drawSections(context: CanvasRenderingContext2D, scene: Scene, view: View): void {
  context.lineJoin = 'round';
  for (const section of scene.venue.sections) {
    tracePath(context, section, view);
    const color = scene.venue.categories.get(section.categoryId)?.color;
    const lit = scene.shown(section.first);
    context.globalAlpha = lit ? 0.13 : 0.04;
    context.fillStyle = scene.palette.band(color ?? scene.palette.ink2);
    context.fill();
    context.globalAlpha = 1;
  }
}

function drawStage(context: CanvasRenderingContext2D, scene: Scene, view: View): void {
  const seated = scene.venue.sections.filter((section) => !section.standing);
  const nearest = Math.min(...seated.map((each) => Math.hypot(...each.centre)));
  const half = Math.min(5, nearest * 0.4) * view.scale;
  context.beginPath();
  context.roundRect(
    view.offsetX - half,
    view.offsetY - half * 0.45,
    half * 2,
    half * 0.9,
    half * 0.2,
  );
  context.fillStyle = scene.palette.ink;
  context.fill();
  const text = Math.min(18, half * 0.42);
  if (text < 6) return;
  context.fillStyle = scene.palette.surface;
  context.font = `650 ${text}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(scene.stage, view.offsetX, view.offsetY, half * 1.8);
}

/** Free: filled disc. Held: ring. Sold or blocked: small cross. Chosen: square with a tick. */
function drawSeats(context: CanvasRenderingContext2D, scene: Scene, view: View, size: Size): void {
  const a = toVenue(view, 0, 0);
  const b = toVenue(view, size.width, size.height);
  const radius = SEAT_M * view.scale;
  const groups = new Map<string, number[]>();
  scene.grid.visit(a.x, a.y, b.x, b.y, (index) => {
    if (scene.venue.seats[index]?.standing) return;
    const key = scene.chosen.has(index)
      ? 'own'
      : `${scene.code(index)}${scene.shown(index) ? '' : '-'}${scene.venue.seats[index]?.categoryId}`;
    const list = groups.get(key);
    if (list) list.push(index);
    else groups.set(key, [index]);
  });
  for (const indexes of groups.values()) {
    const first = indexes[0] ?? 0;
    drawGroup(
      context,
      scene,
      view,
      indexes,
      scene.chosen.has(first) ? -1 : scene.code(first),
      radius,
    );
  }
}

function drawGroup(
  context: CanvasRenderingContext2D,
  scene: Scene,
  view: View,
  indexes: readonly number[],
  code: number,
  radius: number,
): void {
  const { palette, venue } = scene;
  const first = venue.seats[indexes[0] ?? 0];
  const band = palette.band(venue.categories.get(first?.categoryId ?? '')?.color ?? palette.ink2);
  const faded = !scene.shown(indexes[0] ?? 0);
  context.beginPath();
  for (const index of indexes) {
    const seat = venue.seats[index];
    if (!seat) continue;
    const x = seat.x * view.scale + view.offsetX;
    const y = seat.y * view.scale + view.offsetY;
    if (code === -1) context.rect(x - radius * 1.1, y - radius * 1.1, radius * 2.2, radius * 2.2);
    else if (code === FREE || code === HELD) {
      const r = code === FREE ? radius : radius * 0.72;
      context.moveTo(x + r, y);
      context.arc(x, y, r, 0, Math.PI * 2);
    } else {
      const r = radius * 0.42;
      context.moveTo(x - r, y - r);
      context.lineTo(x + r, y + r);
      context.moveTo(x + r, y - r);
      context.lineTo(x - r, y + r);
    }
  }
  context.lineWidth = Math.max(1, radius * 0.3);
  if (code === -1 || code === FREE) {
    context.fillStyle = code === -1 ? palette.own : faded ? palette.sold : band;
    context.fill();
  } else {
    context.strokeStyle = palette.held;
    context.stroke();
  }
  if (code === -1 || (code === FREE && view.scale >= NUMBER_SCALE && !faded))
    drawMarks(context, scene, view, indexes, code, radius);
}

function drawMarks(
  context: CanvasRenderingContext2D,
  scene: Scene,
  view: View,
  indexes: readonly number[],
  code: number,
  radius: number,
): void {
  context.fillStyle = scene.palette.ownInk;
  context.font = `650 ${radius * (code === -1 ? 1.5 : 0.95)}px system-ui, sans-serif`;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  for (const index of indexes) {
    const seat = scene.venue.seats[index];
    if (!seat) continue;
    context.fillText(
      code === -1 ? '✓' : String(seat.number),
      seat.x * view.scale + view.offsetX,
      seat.y * view.scale + view.offsetY + radius * 0.06,
    );
  }
}

/** Names of sections while far out, as long as they fit. */
function drawNames(context: CanvasRenderingContext2D, scene: Scene, view: View): void {
  if (view.scale >= NEAR_SCALE) return;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.font = '650 12px system-ui, sans-serif';
  for (const section of scene.venue.sections) {
    if (section.standing) continue;
    const [x, y] = section.centre;
    const near = section.outline[0];
    const room = near ? Math.hypot(near[0] - x, near[1] - y) * 2 * view.scale : 0;
    const width = context.measureText(section.name).width;
    if (room < width) continue;
    const [px, py] = [x * view.scale + view.offsetX, y * view.scale + view.offsetY];
    context.fillStyle = scene.palette.surface;
    context.globalAlpha = 0.88;
    context.beginPath();
    context.roundRect(px - width / 2 - 6, py - 10, width + 12, 20, 10);
    context.fill();
    context.globalAlpha = 1;
    context.fillStyle = scene.palette.ink;
    context.fillText(section.name, px, py);
  }
}

function drawFocus(context: CanvasRenderingContext2D, scene: Scene, view: View): void {
  const seat = scene.venue.seats[scene.focused];
  if (!seat) return;
  context.beginPath();
  context.arc(
    seat.x * view.scale + view.offsetX,
    seat.y * view.scale + view.offsetY,
    Math.max(8, SEAT_M * view.scale * 1.6),
    0,
    Math.PI * 2,
  );
  context.lineWidth = 3;
  context.strokeStyle = scene.palette.focus;
  context.stroke();
}
