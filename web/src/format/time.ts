/** Date and time of day in the event's own zone, with the zone's name. */
export function formatDateTime(tag: string, at: number, timeZone: string): string {
  return new Intl.DateTimeFormat(tag, {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZone,
    timeZoneName: 'long',
  }).format(at);
}

/** Day and time without the zone's name, where it stands beside. */
export function formatDay(tag: string, at: number, timeZone: string): string {
  return new Intl.DateTimeFormat(tag, {
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone,
  }).format(at);
}

/** Time of day in a zone, with its short name. */
export function formatTime(tag: string, at: number, timeZone?: string): string {
  return new Intl.DateTimeFormat(tag, {
    hour: 'numeric',
    minute: '2-digit',
    ...(timeZone ? { timeZone, timeZoneName: 'short' as const } : {}),
  }).format(at);
}

/** Day number and short month in a zone, for a calendar leaf. */
export function calendarLeaf(
  tag: string,
  at: number,
  timeZone: string,
): { day: string; month: string; weekday: string } {
  const part = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(tag, { ...options, timeZone }).format(at);
  return {
    day: part({ day: 'numeric' }),
    month: part({ month: 'short' }),
    weekday: part({ weekday: 'short' }),
  };
}

/** Minutes and seconds left, never negative: `9:05`. Hours appear when there are any. */
export function formatCountdown(leftMs: number): string {
  const seconds = Math.max(0, Math.ceil(leftMs / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor((seconds % 3600) / 60);
  return hours > 0
    ? `${hours}:${two(minutes)}:${two(seconds % 60)}`
    : `${minutes}:${two(seconds % 60)}`;
}

/** The time to something: whole days while it is far, a running clock from two days on. */
export function formatUntil(tag: string, leftMs: number): string {
  if (leftMs < 48 * 3600_000) return formatCountdown(leftMs);
  const days = Math.floor(leftMs / (24 * 3600_000));
  return new Intl.NumberFormat(tag, { style: 'unit', unit: 'day', unitDisplay: 'long' }).format(
    days,
  );
}

/** A wait as an honest range in minutes: the estimate less and more a third, at least a minute apart. */
export function waitRange(etaSeconds: number): { from: number; to: number } {
  const from = Math.max(1, Math.floor((etaSeconds * 0.75) / 60));
  const to = Math.max(from + 1, Math.ceil((etaSeconds * 1.35) / 60));
  return { from, to };
}
