import { Show, type JSX } from 'solid-js';
import type { Problem } from '../api/problem.ts';
import { t, tMaybe, type MessageKey } from '../i18n/index.ts';
import { address } from '../router/address.ts';

const NEXT: Readonly<Record<string, MessageKey>> = {
  unauthorized: 'problem.next.signIn',
  token_expired: 'problem.next.signIn',
  invalid_token: 'problem.next.signIn',
  token_reused: 'problem.next.signIn',
  invalid_credentials: 'problem.next.check',
  invalid_request: 'problem.next.check',
  invalid_code: 'problem.next.check',
  registration_refused: 'problem.next.check',
  not_admitted: 'problem.next.queue',
  admission_expired: 'problem.next.queue',
  not_in_queue: 'problem.next.queue',
  hold_not_found: 'problem.next.seats',
  hold_expired: 'problem.next.seats',
  seats_unavailable: 'problem.next.seats',
  orphan_seat: 'problem.next.seats',
  none_left: 'problem.next.seats',
  unknown_category: 'problem.next.seats',
  unknown_section: 'problem.next.seats',
  too_many_seats: 'problem.next.seats',
  unknown_seat: 'problem.next.seats',
  order_closed: 'problem.next.seats',
  sale_closed: 'problem.next.home',
  event_not_found: 'problem.next.home',
  booking_not_found: 'problem.next.home',
  not_found: 'problem.next.home',
  forbidden: 'problem.next.home',
};

/** What happened, in the fan's language; the server's own sentence when the code is new to this page. */
export function problemWords(problem: Problem): string {
  return tMaybe(`problem.${problem.code}`) ?? (problem.detail || t('problem.other'));
}

/** What the fan can do next. */
export function problemNext(problem: Problem): string {
  const next = NEXT[problem.code];
  if (next) return t(next);
  return problem.retryAfterMs
    ? t('problem.next.wait', { count: Math.ceil(problem.retryAfterMs / 1000) })
    : t('problem.next.retry');
}

/** A failed call in plain words: what happened, whether money moved, what next, and the request's id. */
export function ProblemNotice(props: {
  problem: Problem;
  /** `unknown` after a payment was sent off and no answer came. */
  money?: 'none' | 'unknown';
  retry?: () => void;
  children?: JSX.Element;
}): JSX.Element {
  const signIn = (): string =>
    `/sign-in?next=${encodeURIComponent(address().pathname + address().search)}`;
  return (
    <div class="notice notice--bad" role="alert">
      <p class="notice__title">{problemWords(props.problem)}</p>
      <p>
        {t(props.money === 'unknown' ? 'problem.money.unknown' : 'problem.money.none')}{' '}
        {problemNext(props.problem)}
      </p>
      <div class="row">
        <Show when={props.problem.status === 401 && props.problem.code !== 'invalid_credentials'}>
          <a class="button" href={signIn()}>
            {t('shell.signIn')}
          </a>
        </Show>
        <Show when={props.retry}>
          {(retry) => (
            <button type="button" class="button button--quiet" onClick={() => retry()()}>
              {t('retry')}
            </button>
          )}
        </Show>
        {props.children}
      </div>
      <Show when={props.problem.requestId}>
        {(id) => <p class="notice__id">{t('problem.requestId', { id: id() })}</p>}
      </Show>
    </div>
  );
}
