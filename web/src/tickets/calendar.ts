/** An event for a calendar. */
export interface CalendarEntry {
  uid: string;
  name: string;
  place: string;
  details: string;
  /** Epoch ms. */
  startsAt: number;
  /** Epoch ms. */
  now: number;
}

/** Assumed length when the organiser tells none, ms. */
const LENGTH_MS = 3 * 3600_000;

const stamp = (at: number): string =>
  new Date(at).toISOString().replace(/[-:]/g, '').replace(/\.\d+/, '');
const escaped = (text: string): string =>
  text.replace(/[\\;,]/g, (char) => `\\${char}`).replace(/\r?\n/g, '\\n');

/** Lines longer than 75 octets are folded (RFC 5545, 3.1); counted in UTF-8, never inside a character. */
function folded(line: string): string {
  const encoder = new TextEncoder();
  let out = '';
  let width = 0;
  for (const char of line) {
    const bytes = encoder.encode(char).length;
    if (width + bytes > 74) {
      out += '\r\n ';
      width = 1;
    }
    out += char;
    width += bytes;
  }
  return out;
}

/** An iCalendar file (RFC 5545) with one entry, in UTC. */
export function calendarFile(entry: CalendarEntry): string {
  return [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//Onsale//Tickets//EN',
    'BEGIN:VEVENT',
    `UID:${escaped(entry.uid)}@onsale`,
    `DTSTAMP:${stamp(entry.now)}`,
    `DTSTART:${stamp(entry.startsAt)}`,
    `DTEND:${stamp(entry.startsAt + LENGTH_MS)}`,
    `SUMMARY:${escaped(entry.name)}`,
    `LOCATION:${escaped(entry.place)}`,
    `DESCRIPTION:${escaped(entry.details)}`,
    'END:VEVENT',
    'END:VCALENDAR',
    '',
  ]
    .map(folded)
    .join('\r\n');
}
