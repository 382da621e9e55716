/** Epoch milliseconds as they cross the HTTP border. */
export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** The same for a moment that may not have come. */
export function isoOrNull(ms: number | null): string | null {
  return ms === null ? null : iso(ms);
}
