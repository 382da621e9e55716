import type { LimitName, Window } from '../../worker/settings.ts';

/** The same window for every limit. */
export function everywhere(window: Window): Record<LimitName, Window> {
  return {
    register: window,
    registerAddress: window,
    login: window,
    verify: window,
    codeMail: window,
    booking: window,
    payment: window,
  };
}
