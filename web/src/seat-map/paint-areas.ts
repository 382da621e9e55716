import type { Scene } from './paint.ts';
import { FREE } from './seat-status.ts';
import type { SectionView } from './venue.ts';
import type { View } from './viewport.ts';

/** Below this height on the screen, pixels, an area carries no words. */
const WORDS_MIN = 26;

/** Begins a path around a section. */
export function tracePath(
  context: CanvasRenderingContext2D,
  section: SectionView,
  view: View,
): void {
  context.beginPath();
  for (const [x, y] of section.outline)
    context.lineTo(x * view.scale + view.offsetX, y * view.scale + view.offsetY);
  context.closePath();
}

/** Standing areas: one shape each, with its name and how many places are left; a full one is pale and dashed. */
export function drawAreas(context: CanvasRenderingContext2D, scene: Scene, view: View): void {
  for (const section of scene.venue.sections) {
    if (!section.standing) continue;
    let free = 0;
    let own = false;
    for (let index = section.first; index < section.end; index++) {
      if (scene.code(index) === FREE) free += 1;
      own ||= scene.chosen.has(index);
    }
    const open = free > 0 && scene.shown(section.first);
    const color = scene.venue.categories.get(section.categoryId)?.color ?? scene.palette.ink2;
    tracePath(context, section, view);
    context.globalAlpha = open ? 0.3 : 0.08;
    context.fillStyle = own ? scene.palette.own : scene.palette.band(color);
    context.fill();
    context.globalAlpha = 1;
    context.setLineDash(open ? [] : [6, 5]);
    context.lineWidth = own ? 3 : 1.5;
    context.strokeStyle = own
      ? scene.palette.own
      : open
        ? scene.palette.band(color)
        : scene.palette.sold;
    context.stroke();
    context.setLineDash([]);
    drawWords(context, scene, view, section, scene.left(free));
  }
}

function drawWords(
  context: CanvasRenderingContext2D,
  scene: Scene,
  view: View,
  section: SectionView,
  left: string,
): void {
  const [near, , far] = section.outline;
  if (!near || !far) return;
  const [width, height] = [(far[0] - near[0]) * view.scale, (far[1] - near[1]) * view.scale];
  const size = Math.min(20, height / 3.2, width / 7);
  if (height < WORDS_MIN || size < 8) return;
  const x = section.centre[0] * view.scale + view.offsetX;
  const y = section.centre[1] * view.scale + view.offsetY;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillStyle = scene.palette.ink;
  context.font = `650 ${size}px system-ui, sans-serif`;
  context.fillText(section.name, x, y - size * 0.65, width * 0.94);
  context.font = `500 ${size * 0.82}px system-ui, sans-serif`;
  context.fillText(left, x, y + size * 0.65, width * 0.94);
}
