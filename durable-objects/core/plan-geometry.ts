import type { SeatId } from './ids.ts';
import type { Seat, SeatedSection, SeatPlan, SectionSpec, StandingArea } from './plan.ts';

export { concertPlan, stadiumPlan, STADIUM_CAPACITY, theatrePlan } from './plan-samples.ts';
export type { SamplePlan } from './plan-samples.ts';

/** A row's name by its index, nearest the stage first: A, B, … Z, AA, AB, … like spreadsheet columns. */
export function rowName(index: number): string {
  let name = '';
  for (let left = index; left >= 0; left = Math.floor(left / 26) - 1) {
    name = String.fromCharCode(65 + (left % 26)) + name;
  }
  return name;
}

/**
 * All seats of a plan, in the order of its sections, rows and numbers (from 1); the places of a standing
 * area are numbered through. The same plan always gives the same list, on the server and in the browser;
 * a seat's index in it is its compact name. Throws when a plan names a section twice.
 */
export function expandPlan(plan: SeatPlan): readonly Seat[] {
  const seats: Seat[] = [];
  const seen = new Set<string>();
  for (const section of plan.sections) {
    if (seen.has(section.id)) throw new Error(`section twice in a plan: ${section.id}`);
    seen.add(section.id);
    if (section.shape === 'area') addPlaces(seats, section);
    else addSeats(seats, section);
  }
  return seats;
}

function addSeats(seats: Seat[], section: SeatedSection): void {
  section.rows.forEach((count, rowIndex) => {
    const row = rowName(rowIndex);
    for (let seatIndex = 0; seatIndex < count; seatIndex++) {
      const number = seatIndex + 1;
      const { x, y } = seatPoint(section, rowIndex, seatIndex, count);
      seats.push({
        id: `${section.id}-${row}-${number}` as SeatId,
        label: `${section.name}, row ${row}, seat ${number}`,
        section: section.id,
        row,
        number,
        categoryId: section.categoryId,
        x,
        y,
      });
    }
  });
}

/** Spread evenly over the area, so that a place is a point in it for whoever needs one. */
function addPlaces(seats: Seat[], { id, name, categoryId, ...area }: StandingArea): void {
  const columns = Math.max(1, Math.ceil(Math.sqrt((area.capacity * area.width) / area.depth)));
  const lines = Math.ceil(area.capacity / columns);
  for (let place = 0; place < area.capacity; place++) {
    const number = place + 1;
    seats.push({
      // With a letter, so that no row of another section can have the same id.
      id: `${id}-P${number}` as SeatId,
      label: `${name}, place ${number}`,
      section: id,
      row: '',
      number,
      categoryId,
      x: toCentimetre(area.x + (((place % columns) + 0.5) / columns - 0.5) * area.width),
      y: toCentimetre(area.y + ((Math.floor(place / columns) + 0.5) / lines) * area.depth),
      standing: true,
    });
  }
}

/** How many seats and standing places a plan has, without expanding it. */
export function planCapacity(plan: SeatPlan): number {
  return plan.sections.reduce((capacity, section) => capacity + sectionCapacity(section), 0);
}

/** How many seats or standing places a section has. */
export function sectionCapacity(section: SectionSpec): number {
  if (section.shape === 'area') return section.capacity;
  return section.rows.reduce((capacity, count) => capacity + count, 0);
}

/** Centre of a seat in metres, rounded to a centimetre so that every engine agrees on it. */
function seatPoint(
  section: SeatedSection,
  rowIndex: number,
  seatIndex: number,
  count: number,
): { x: number; y: number } {
  if (section.shape === 'block') {
    return {
      x: toCentimetre(section.x + (seatIndex - (count - 1) / 2) * section.seatGap),
      y: toCentimetre(section.y + rowIndex * section.rowGap),
    };
  }
  const radius = section.radius + rowIndex * section.rowGap;
  // Half a seat's angle at both ends, so that neighbours across a section's edge keep their distance.
  const share = (seatIndex + 0.5) / count;
  const degrees = section.startAngle + (section.endAngle - section.startAngle) * share;
  const angle = (degrees * Math.PI) / 180;
  return {
    x: toCentimetre(radius * Math.sin(angle)),
    y: toCentimetre(radius * Math.cos(angle)),
  };
}

function toCentimetre(metres: number): number {
  // Adding zero turns -0 into 0, which JSON cannot tell apart.
  return Math.round(metres * 100) / 100 + 0;
}
