import { createSignal, For, onCleanup, Show, type JSX } from 'solid-js';
import { answerOffer } from '../api/bookings.ts';
import { serverNow } from '../api/clock.ts';
import type { Problem } from '../api/problem.ts';
import type { Booking } from '../api/types.ts';
import { announce } from '../components/announce.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { money } from '../format/price.ts';
import { formatCountdown } from '../format/time.ts';
import { t } from '../i18n/index.ts';

/**
 * Seats set aside for money that came too late for those chosen: one click takes them, one gives the money
 * back. `update` is told the booking afterwards, `reload` that the server should be asked: the time is over,
 * or the offer was answered elsewhere.
 */
export function OfferPanel(props: {
  booking: Booking;
  /** `h1` where nothing else heads the page. */
  heading: 'h1' | 'h2';
  update: (booking: Booking) => void;
  reload: () => void;
}): JSX.Element {
  const [busy, setBusy] = createSignal(false);
  const [problem, setProblem] = createSignal<Problem>();
  const [now, setNow] = createSignal(serverNow());
  const left = (): number => Date.parse(props.booking.offer?.until ?? '') - now();
  let asked = false;
  const tick = window.setInterval(() => {
    setNow(serverNow());
    if (left() > 0 || asked) return;
    asked = true;
    props.reload();
  }, 500);
  onCleanup(() => window.clearInterval(tick));

  const say = async (accepts: boolean): Promise<void> => {
    if (busy()) return;
    setBusy(true);
    setProblem(undefined);
    const answer = await answerOffer(props.booking.bookingId, accepts);
    setBusy(false);
    if (answer.ok) {
      announce(t(accepts ? 'offer.taken' : 'offer.declined'));
      props.update(answer.data);
    } else if (answer.problem.code === 'offer_over') props.reload();
    else setProblem(answer.problem);
  };
  return (
    <section class="card stack" aria-labelledby="offer-title">
      <Show when={props.heading === 'h1'} fallback={<h2 id="offer-title">{t('offer.title')}</h2>}>
        <h1 id="offer-title">{t('offer.title')}</h1>
      </Show>
      <p>{t('offer.text', { paid: money(props.booking.total) })}</p>
      <ul class="order-list">
        <For each={props.booking.offer?.items}>{(item) => <li>{item.label}</li>}</For>
      </ul>
      <p class="numbers">{t('offer.left', { time: formatCountdown(left()) })}</p>
      <Show when={problem()}>{(shown) => <ProblemNotice problem={shown()} />}</Show>
      <div class="row">
        <button type="button" class="button" aria-disabled={busy()} onClick={() => void say(true)}>
          {t('offer.accept')}
        </button>
        <button
          type="button"
          class="button button--quiet"
          aria-disabled={busy()}
          onClick={() => void say(false)}
        >
          {t('offer.decline')}
        </button>
      </div>
      <p class="small muted">{t('offer.nothing')}</p>
    </section>
  );
}
