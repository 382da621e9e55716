/**
 * The order of a place: the one seam through which a drawn lobby will pass. First come, first served:
 * the order is the place number. A draw permutes the lobby's places and leaves the rest alone.
 */
export function orderOf(place: number): number {
  return place;
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
