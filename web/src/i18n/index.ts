import { createSignal } from 'solid-js';
import { formatMessage, type Message, type Params } from './format-message.ts';
import type account from './en/account.ts';
import type checkout from './en/checkout.ts';
import type common from './en/common.ts';
import type events from './en/events.ts';
import type fairness from './en/fairness.ts';
import type organiser from './en/organiser.ts';
import type purchase from './en/purchase.ts';
import type queue from './en/queue.ts';
import type seats from './en/seats.ts';
import type tickets from './en/tickets.ts';

/** Languages of the site. */
export type Locale = 'en' | 'hi';
/** Parts of the catalogue; each is loaded with the pages that use it. */
export type Area =
  | 'common'
  | 'events'
  | 'fairness'
  | 'account'
  | 'organiser'
  | 'queue'
  | 'purchase'
  | 'seats'
  | 'checkout'
  | 'tickets';
/** Every message's key. */
export type MessageKey = keyof (typeof common &
  typeof events &
  typeof fairness &
  typeof account &
  typeof organiser &
  typeof queue &
  typeof purchase &
  typeof seats &
  typeof checkout &
  typeof tickets);
/** What each language file must export: the same keys as English. */
export type Translated<Catalogue> = Record<keyof Catalogue, Message>;

type Loader = () => Promise<{ default: Readonly<Record<string, Message>> }>;

const loaders: Record<Locale, Record<Area, Loader>> = {
  en: {
    common: () => import('./en/common.ts'),
    events: () => import('./en/events.ts'),
    fairness: () => import('./en/fairness.ts'),
    account: () => import('./en/account.ts'),
    organiser: () => import('./en/organiser.ts'),
    queue: () => import('./en/queue.ts'),
    purchase: () => import('./en/purchase.ts'),
    seats: () => import('./en/seats.ts'),
    checkout: () => import('./en/checkout.ts'),
    tickets: () => import('./en/tickets.ts'),
  },
  hi: {
    common: () => import('./hi/common.ts'),
    events: () => import('./hi/events.ts'),
    fairness: () => import('./hi/fairness.ts'),
    account: () => import('./hi/account.ts'),
    organiser: () => import('./hi/organiser.ts'),
    queue: () => import('./hi/queue.ts'),
    purchase: () => import('./hi/purchase.ts'),
    seats: () => import('./hi/seats.ts'),
    checkout: () => import('./hi/checkout.ts'),
    tickets: () => import('./hi/tickets.ts'),
  },
};

/** The languages, each named in itself. */
export const LOCALES: Readonly<Record<Locale, { name: string; tag: string; dir: 'ltr' | 'rtl' }>> =
  {
    en: { name: 'English', tag: 'en-IN', dir: 'ltr' },
    hi: { name: 'हिन्दी', tag: 'hi-IN', dir: 'ltr' },
  };

const STORAGE_KEY = 'onsale.locale';
const [locale, setLocaleSignal] = createSignal<Locale>(preferredLocale());
const [catalogue, setCatalogue] = createSignal<Readonly<Record<string, Message>>>({});
const wanted = new Set<Area>();

function preferredLocale(): Locale {
  const kept = globalThis.localStorage?.getItem(STORAGE_KEY);
  if (kept === 'en' || kept === 'hi') return kept;
  return (globalThis.navigator?.languages ?? []).some((tag) => tag.startsWith('hi')) ? 'hi' : 'en';
}

async function load(language: Locale, areas: Iterable<Area>): Promise<Record<string, Message>> {
  const parts = await Promise.all([...areas].map((area) => loaders[language][area]()));
  return Object.assign({}, ...parts.map((part) => part.default)) as Record<string, Message>;
}

/** Loads parts of the catalogue in the current language; resolves when `t` can say them. */
export async function loadMessages(...areas: Area[]): Promise<void> {
  const missing = areas.filter((area) => !wanted.has(area));
  if (missing.length === 0) return;
  const language = locale();
  const loaded = await load(language, missing);
  for (const area of missing) wanted.add(area);
  if (language === locale()) setCatalogue((known) => ({ ...known, ...loaded }));
}

/** Switches the language once its messages are there, and remembers it. */
export async function setLocale(next: Locale): Promise<void> {
  const loaded = await load(next, wanted);
  setCatalogue(loaded);
  setLocaleSignal(next);
  localStorage.setItem(STORAGE_KEY, next);
  applyDocumentLanguage();
}

/** Puts language and direction on the document element. */
export function applyDocumentLanguage(): void {
  document.documentElement.lang = LOCALES[locale()].tag;
  document.documentElement.dir = LOCALES[locale()].dir;
}

/** The language in use (reactive). */
export { locale };

/** The BCP 47 tag for `Intl` in use (reactive). */
export const localeTag = (): string => LOCALES[locale()].tag;

/** Says a message in the current language (reactive). */
export function t(key: MessageKey, params?: Params): string {
  const message = catalogue()[key];
  return message === undefined ? key : formatMessage(localeTag(), message, params);
}

/** Says a message whose key is made at run time, or null when there is none. */
export function tMaybe(key: string, params?: Params): string | null {
  const message = catalogue()[key];
  return message === undefined ? null : formatMessage(localeTag(), message, params);
}
