import { createMemo, createSignal, For, Show, type JSX } from 'solid-js';
import { t } from '../i18n/index.ts';
import { money } from '../format/price.ts';
import { TEST_IDS } from '../test-ids.ts';
import { FREE } from './seat-status.ts';
import type { SeatStore } from './seat-store.ts';
import { seatWords } from './seat-words.ts';
import type { SectionView, Venue } from './venue.ts';

/** The same seats without the map: section, row, seat; filtered and live like it. */
export function SeatList(props: {
  store: SeatStore;
  venue: Venue;
  /** Goes to where places of a standing area are asked for; null while nothing may be held. */
  onArea: ((section: string) => void) | null;
}): JSX.Element {
  const sections = createMemo(() =>
    props.venue.sections.filter((section) => props.store.shown(section.first)),
  );
  return (
    <section class="seat-list" aria-label={t('seats.list')} data-testid={TEST_IDS.seatList}>
      <For each={sections()}>
        {(section) =>
          section.standing ? (
            <Area {...props} section={section} />
          ) : (
            <Section store={props.store} venue={props.venue} section={section} />
          )
        }
      </For>
    </section>
  );
}

interface SectionProps {
  store: SeatStore;
  venue: Venue;
  section: SectionView;
}

/** The section's colour, name, price, and how much of it is free. */
function Heading(props: SectionProps): JSX.Element {
  const free = createMemo(() => {
    props.store.revision();
    let count = 0;
    for (let index = props.section.first; index < props.section.end; index++)
      if (props.store.code(index) === FREE) count++;
    return count;
  });
  const category = () => props.venue.categories.get(props.section.categoryId);
  return (
    <>
      <span class="swatch" style={{ background: category()?.color }} aria-hidden="true" />
      <span class="seat-list__name">{props.section.name}</span>
      <span class="small muted numbers">
        {category() ? money((category() ?? { price: { amount: 0, currency: 'INR' } }).price) : ''}
        {' · '}
        {t('seats.sectionFree', { count: free() })}
      </span>
    </>
  );
}

/** A standing area: its places are asked for by count. */
function Area(props: SectionProps & { onArea: ((section: string) => void) | null }): JSX.Element {
  return (
    <div class="seat-list__section seat-list__area">
      <Heading {...props} />
      <Show when={props.onArea}>
        {(onArea) => (
          <button
            type="button"
            class="button button--quiet"
            aria-label={t('seats.areaChooseIn', { area: props.section.name })}
            onClick={() => onArea()(props.section.id)}
          >
            {t('seats.areaChoose')}
          </button>
        )}
      </Show>
    </div>
  );
}

function Section(props: SectionProps): JSX.Element {
  const [open, setOpen] = createSignal(false);
  return (
    <details
      class="seat-list__section"
      onToggle={(event) => {
        if (event.currentTarget.open) setOpen(true);
      }}
    >
      <summary>
        <Heading {...props} />
      </summary>
      <Show when={open()}>
        <For each={rowsOf(props.venue, props.section)}>
          {(row) => (
            <fieldset class="seat-list__row">
              <legend>{t('seats.row', { row: row.name })}</legend>
              <For each={row.indexes}>
                {(index) => <SeatBox store={props.store} venue={props.venue} index={index} />}
              </For>
            </fieldset>
          )}
        </For>
      </Show>
    </details>
  );
}

function rowsOf(venue: Venue, section: SectionView): { name: string; indexes: number[] }[] {
  const rows: { name: string; indexes: number[] }[] = [];
  for (let index = section.first; index < section.end; index++) {
    const name = venue.seats[index]?.row ?? '';
    const last = rows.at(-1);
    if (last?.name === name) last.indexes.push(index);
    else rows.push({ name, indexes: [index] });
  }
  return rows;
}

function SeatBox(props: { store: SeatStore; venue: Venue; index: number }): JSX.Element {
  const mine = createMemo(() => props.store.mine().includes(props.index));
  const chosen = createMemo(() => mine() || props.store.chosen().includes(props.index));
  const code = createMemo(() => {
    props.store.revision();
    return props.store.code(props.index);
  });
  return (
    <label class="seat-box" data-status={chosen() ? 'chosen' : code()}>
      <input
        type="checkbox"
        class="seat-box__input"
        aria-label={seatWords(props.venue, props.index, code(), chosen())}
        checked={chosen()}
        disabled={mine() || (code() !== FREE && !chosen())}
        onChange={() => props.store.toggle(props.index)}
      />
      <span aria-hidden="true">{props.venue.seats[props.index]?.number}</span>
    </label>
  );
}
