/** What a pointer, wheel or pinch asks for, in CSS pixels of the host. */
export interface GestureTarget {
  pan(dx: number, dy: number): void;
  zoom(factor: number, atX: number, atY: number): void;
  hover(x: number, y: number): void;
  leave(): void;
  tap(x: number, y: number): void;
}

/** A press that moves less than this is a tap, pixels. */
const TAP_SLOP = 8;

interface Held {
  x: number;
  y: number;
}

/** Listens to one host element. Returns what stops listening. */
export function listenToGestures(host: HTMLElement, target: GestureTarget): () => void {
  const held = new Map<number, Held>();
  let moved = 0;
  const local = (event: MouseEvent): Held => {
    const box = host.getBoundingClientRect();
    return { x: event.clientX - box.left, y: event.clientY - box.top };
  };
  const onDown = (event: PointerEvent): void => {
    if (event.button !== 0) return;
    if (held.size === 0) moved = 0;
    host.setPointerCapture(event.pointerId);
    held.set(event.pointerId, local(event));
  };
  const onMove = (event: PointerEvent): void => {
    const at = local(event);
    const before = held.get(event.pointerId);
    if (!before) return target.hover(at.x, at.y);
    moved += Math.abs(at.x - before.x) + Math.abs(at.y - before.y);
    const other = [...held].find(([id]) => id !== event.pointerId)?.[1];
    held.set(event.pointerId, at);
    if (other) pinch(before, at, other);
    else if (moved > TAP_SLOP) target.pan(at.x - before.x, at.y - before.y);
  };
  const pinch = (before: Held, at: Held, other: Held): void => {
    moved += TAP_SLOP;
    const was = Math.hypot(before.x - other.x, before.y - other.y);
    const is = Math.hypot(at.x - other.x, at.y - other.y);
    if (was > 0) target.zoom(is / was, (at.x + other.x) / 2, (at.y + other.y) / 2);
    target.pan((at.x - before.x) / 2, (at.y - before.y) / 2);
  };
  const onUp = (event: PointerEvent): void => {
    const was = held.delete(event.pointerId);
    const at = local(event);
    if (was && held.size === 0 && moved <= TAP_SLOP && event.type === 'pointerup')
      target.tap(at.x, at.y);
  };
  const onWheel = (event: WheelEvent): void => {
    event.preventDefault();
    const at = local(event);
    const step = event.deltaY * (event.deltaMode === 1 ? 16 : 1) * (event.ctrlKey ? 4 : 1);
    target.zoom(Math.exp(-Math.max(-240, Math.min(240, step)) / 420), at.x, at.y);
  };
  const onLeave = (): void => target.leave();
  host.addEventListener('pointerdown', onDown);
  host.addEventListener('pointermove', onMove);
  host.addEventListener('pointerup', onUp);
  host.addEventListener('pointercancel', onUp);
  host.addEventListener('pointerleave', onLeave);
  host.addEventListener('wheel', onWheel, { passive: false });
  return () => {
    host.removeEventListener('pointerdown', onDown);
    host.removeEventListener('pointermove', onMove);
    host.removeEventListener('pointerup', onUp);
    host.removeEventListener('pointercancel', onUp);
    host.removeEventListener('pointerleave', onLeave);
    host.removeEventListener('wheel', onWheel);
  };
}
