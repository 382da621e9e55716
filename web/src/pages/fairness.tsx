import { createEffect, createSignal, on, onCleanup, Show, type JSX } from 'solid-js';
import { getEvent } from '../api/events.ts';
import { keptReceipt } from '../api/kept.ts';
import type { Problem } from '../api/problem.ts';
import { session } from '../api/session.ts';
import type { SaleEvent } from '../api/types.ts';
import { ProblemNotice } from '../components/problem-notice.tsx';
import { useTitle } from '../components/title.ts';
import { loadRecord } from '../fairness/load-record.ts';
import { PlaceCard } from '../fairness/place-card.tsx';
import { reportPlace, reportSale } from '../fairness/place-report.ts';
import type { PlaceReport, SaleReport } from '../fairness/place-report.ts';
import { ReceiptForm, type Claim } from '../fairness/receipt-form.tsx';
import { SaleRecord } from '../fairness/sale-record.tsx';
import { t } from '../i18n/index.ts';
import { usePathParams } from '../router/routes.tsx';
import '../styles/fairness.css';

/** How long a record may be served again, ms, and a little. */
const RETRY_MS = 6_000;

/** Recomputes a sale and a fan's place in it, in the browser, from the published record. */
export default function Fairness(): JSX.Element {
  const params = usePathParams();
  useTitle(() => t('check.title'));
  return (
    <Show when={params.id ?? 'any'} keyed>
      {(eventId) => <Check eventId={eventId === 'any' ? null : eventId} />}
    </Show>
  );
}

function Check(props: { eventId: string | null }): JSX.Element {
  const [event, setEvent] = createSignal<SaleEvent>();
  const [step, setStep] = createSignal<'loading' | 'computing' | null>(null);
  const [problem, setProblem] = createSignal<Problem>();
  const [sale, setSale] = createSignal<SaleReport>();
  const [place, setPlace] = createSignal<PlaceReport>();
  const kept = (): string => keptReceipt(session()?.user.id ?? '', props.eventId ?? '') ?? '';

  let round = 0;
  let retry: number | undefined;
  onCleanup(() => {
    round++;
    window.clearTimeout(retry);
  });
  /** A fresh record each time: the line may have grown since. A later look takes the place of an earlier one. */
  const look = async (eventId: string, claim: Claim | null, triesLeft = 3): Promise<void> => {
    const mine = ++round;
    window.clearTimeout(retry);
    setStep('loading');
    setProblem(undefined);
    setPlace(undefined);
    const [record, found] = await Promise.all([loadRecord(eventId), getEvent(eventId)]);
    if (mine !== round) return;
    if (found.ok) setEvent(found.data);
    if (!record.ok) {
      setProblem(record.problem);
      setSale(undefined);
      setStep(null);
      return;
    }
    setStep('computing');
    await shown();
    if (mine !== round) return;
    setSale(reportSale(record.data));
    const report = claim && reportPlace(record.data, claim.receipt, claim.account);
    if (report) setPlace(report);
    setStep(null);
    // The record is some seconds behind a fan who comes straight from joining.
    if (report && !report.ok && report.code === 'not_yet_published' && triesLeft > 0)
      retry = window.setTimeout(() => void look(eventId, claim, triesLeft - 1), RETRY_MS);
  };
  const check = (claim: Claim): void => {
    const eventId = props.eventId ?? claim.eventId;
    if (eventId !== null) return void look(eventId, claim);
    round++;
    setStep(null);
    setPlace({ ok: false, code: 'malformed' });
  };
  createEffect(
    on(
      () => props.eventId,
      (eventId) => {
        if (eventId !== null) void look(eventId, null);
      },
    ),
  );
  return (
    <div class="column stack">
      <header class="stack stack--tight">
        <Show when={event()}>
          {(found) => (
            <a class="small" href={`/events/${found().id}`}>
              {found().name}
            </a>
          )}
        </Show>
        <h1>{t('check.title')}</h1>
        <p class="muted">{t('check.lede')}</p>
      </header>
      <ReceiptForm kept={kept()} check={check} />
      <output class="muted" aria-live="polite">
        {step() === null ? '' : t(`check.${step() ?? 'loading'}`)}
      </output>
      <Show when={problem()}>{(shownProblem) => <ProblemNotice problem={shownProblem()} />}</Show>
      <Show when={place()}>
        {(report) => (
          <PlaceCard report={report()} sale={sale()} timeZone={event()?.timeZone ?? 'UTC'} />
        )}
      </Show>
      <Show when={sale()}>{(report) => <SaleRecord sale={report()} />}</Show>
    </div>
  );
}

/** Computing takes the page's only thread: what it says meanwhile must be on the screen before. */
function shown(): Promise<void> {
  return new Promise((resolve) => {
    window.requestAnimationFrame(() => window.setTimeout(resolve));
  });
}
