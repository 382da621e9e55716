import { drawOf } from './fairness/draw.ts';
import type { Draw } from './fairness/draw.ts';

/** A lobby that was drawn: places below `n` come in the order that `seed` (32 bytes, base64url) gives. */
export interface DrawnLobby {
  n: number;
  seed: string;
}

/** Draws kept at once; one of a large lobby holds 80 KB and takes 10 ms to set up. */
const DRAWS_MAX = 8;
/** Pure values by what they follow from. */
const draws = new Map<string, Draw>();

function drawIn(lobby: DrawnLobby): Draw {
  const key = `${lobby.n} ${lobby.seed}`;
  const known = draws.get(key);
  if (known !== undefined) return known;
  const [oldest] = draws.keys();
  if (draws.size >= DRAWS_MAX && oldest !== undefined) draws.delete(oldest);
  const made = drawOf(lobby.seed, lobby.n);
  draws.set(key, made);
  return made;
}

/**
 * When the fan with this place comes: as the places were given out, but those of a drawn lobby as the
 * draw says. A lobby that is not drawn yet (`undefined`, `null`) has no order; its places stand for it.
 */
export function orderOf(place: number, lobby: DrawnLobby | null | undefined): number {
  return lobby && place < lobby.n ? drawIn(lobby).orderOf(place) : place;
}

/** The inverse of `orderOf`. */
export function placeOf(order: number, lobby: DrawnLobby | null | undefined): number {
  return lobby && order < lobby.n ? drawIn(lobby).placeOf(order) : order;
}

/** Id of the one admission that a place can ever have: the same for every claim by its owner. */
export function admissionIdOf(eventId: string, place: number): string {
  return `adm_${eventId}_${place}`;
}

/** The place whose admission it is, or null for anything that is no admission id of this event. */
export function placeOfAdmission(eventId: string, admissionId: string): number | null {
  const prefix = `adm_${eventId}_`;
  if (!admissionId.startsWith(prefix)) return null;
  const digits = admissionId.slice(prefix.length);
  return /^(0|[1-9]\d{0,14})$/.test(digits) ? Number(digits) : null;
}
