/** A flat line of the log: ids, counts and durations; never a token, a password or an address. */
export type LogLine = { name: string } & Record<
  string,
  string | number | boolean | null | undefined | readonly string[]
>;

/** Writes one JSON line. */
export function log(line: LogLine): void {
  console.log(JSON.stringify({ at: new Date().toISOString(), ...line }));
}

/** Words of an unexpected error that are safe to log: its name and message, cut short. */
export function errorWords(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause.message : '';
  return (cause === '' ? text : `${text} (${cause})`).slice(0, 500);
}
