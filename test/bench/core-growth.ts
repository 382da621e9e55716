import { Presence } from '../../durable-objects/core/presence.ts';
import { drawOf } from '../../durable-objects/core/fairness/draw.ts';
import { nanosOf } from './core-presence.ts';
import { plain } from './report.ts';
import type { Figure } from './report.ts';

const SIZES = [1_000, 10_000, 100_000, 1_000_000, 10_000_000];
const BATCH = 2_000;
/** A prime: multiples of it visit the places in an order that no cache can guess. */
const STRIDE = 7_368_787;

/** How places and draw grow with the number of fans, a third of whom have left: nothing here may grow with it but memory. */
export function growthFigures(): Figure[] {
  return SIZES.flatMap((fans) => {
    const presence = new Presence();
    for (let place = 0; place < fans; place += BATCH)
      presence.extend(Math.min(BATCH, fans - place));
    for (let place = 0; place < fans; place += 3) presence.remove(place);
    const { present } = presence;
    const draw = drawOf('A'.repeat(43), fans);
    const of = fans.toLocaleString('en');
    return [
      plain(
        `rank of ${of}`,
        nanosOf((n) => presence.rank((n * STRIDE) % fans)),
        'ns',
      ),
      plain(
        `select of ${of}`,
        nanosOf((n) => presence.select((n * STRIDE) % present)),
        'ns',
      ),
      plain(
        `draw of ${of}`,
        nanosOf((n) => draw.orderOf(n % fans)),
        'ns a place',
      ),
      plain(`places of ${of}`, (presence.bytes * 8) / fans, 'bits a place'),
    ];
  });
}
