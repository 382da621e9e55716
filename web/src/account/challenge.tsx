import { onCleanup, onMount, type JSX } from 'solid-js';
import { getConfig } from '../api/events.ts';
import { locale } from '../i18n/index.ts';

/** The part of Turnstile's script that is used: developers.cloudflare.com/turnstile, "Client-side rendering". */
interface Turnstile {
  render(host: HTMLElement, options: Record<string, unknown>): string | undefined;
  reset(widget: string): void;
  remove(widget: string): void;
}

/** Longest wait for a token, ms; without one the server says what is wrong. */
const TOKEN_MS = 30_000;

declare global {
  interface Window {
    turnstile?: Turnstile;
  }
}

let script: Promise<void> | undefined;

function loadScript(url: string): Promise<void> {
  script ??= new Promise((resolve, reject) => {
    const element = document.createElement('script');
    element.src = `${url}?render=explicit`;
    element.addEventListener('load', () => resolve());
    element.addEventListener('error', () => {
      script = undefined;
      reject(new Error(url));
    });
    document.head.append(element);
  });
  return script;
}

/** Turnstile under a form, where the site's configuration asks for it; else nothing is shown, loaded or sent. */
export interface Challenge {
  /** Where the widget goes. It shows itself only to those whom it asks something. */
  Widget: () => JSX.Element;
  /** The token for one submission, once there is one; undefined where none is asked for or none can be had. */
  token: () => Promise<string | undefined>;
  /** After a submission that failed: a token counts once. */
  reset: () => void;
}

/** The challenge of one form. */
export function createChallenge(): Challenge {
  let host: HTMLDivElement | undefined;
  let widget: { api: Turnstile; id: string } | undefined;
  let answer: { token: string | undefined } | null = null;
  const waiting = new Set<() => void>();
  const settle = (token: string | undefined): void => {
    answer = { token };
    for (const resume of waiting) resume();
    waiting.clear();
  };
  const start = async (): Promise<void> => {
    const config = await getConfig();
    const asked = config.ok ? config.data.turnstile : null;
    if (asked === null || !host) return settle(undefined);
    await loadScript(asked.scriptUrl);
    const api = window.turnstile;
    const id = api?.render(host, {
      sitekey: asked.siteKey,
      appearance: 'interaction-only',
      size: 'flexible',
      language: locale(),
      // Called again by itself when a token ended unused.
      callback: settle,
      'expired-callback': () => (answer = null),
      'error-callback': () => {
        settle(undefined);
        return true;
      },
    });
    if (api && id !== undefined) widget = { api, id };
    else settle(undefined);
  };
  onMount(() => void start().catch(() => settle(undefined)));
  onCleanup(() => widget?.api.remove(widget.id));
  return {
    Widget: () => <div ref={(element) => (host = element)} />,
    token: () =>
      new Promise((resolve) => {
        const finish = (): void => resolve(answer?.token);
        if (answer !== null) return finish();
        waiting.add(finish);
        window.setTimeout(finish, TOKEN_MS);
      }),
    reset: () => {
      if (!widget) return;
      answer = null;
      widget.api.reset(widget.id);
    },
  };
}
