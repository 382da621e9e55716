import { lazy, type Component, type JSX } from 'solid-js';
import { Shell } from './components/shell.tsx';
import { loadMessages, type Area } from './i18n/index.ts';
import { Routes, type Route } from './router/routes.tsx';

const RELOADED_KEY = 'onsale.reloaded-at';
/** A second failure within this time is shown instead of reloading again, ms. */
const RELOAD_GAP_MS = 30_000;

/** After a deploy the files of the release this tab began with may be gone: the new one is fetched, once. */
function reloadForNewRelease(): boolean {
  const before = Number(sessionStorage.getItem(RELOADED_KEY));
  if (!navigator.onLine || Date.now() - before < RELOAD_GAP_MS) return false;
  sessionStorage.setItem(RELOADED_KEY, String(Date.now()));
  window.location.reload();
  return true;
}

/** A page that is loaded when it is first opened, together with its part of the catalogue. */
function page(load: () => Promise<{ default: Component }>, ...areas: Area[]): Component {
  return lazy(async () => {
    try {
      const [module] = await Promise.all([load(), loadMessages(...areas)]);
      return module;
    } catch (error) {
      if (!reloadForNewRelease()) throw error;
      return { default: () => null };
    }
  });
}

const Home = page(() => import('./pages/home.tsx'), 'events');
const EventPage = page(() => import('./pages/event.tsx'), 'events');
const SignIn = page(() => import('./pages/sign-in.tsx'), 'account');
const Register = page(() => import('./pages/register.tsx'), 'account');
const VerifyEmail = page(() => import('./pages/verify-email.tsx'), 'account');
const Account = page(() => import('./pages/account.tsx'), 'account');
const Queue = page(() => import('./pages/queue.tsx'), 'queue');
const Fairness = page(() => import('./pages/fairness.tsx'), 'fairness');
const Seats = page(() => import('./pages/seats.tsx'), 'seats', 'purchase');
const Checkout = page(() => import('./pages/checkout.tsx'), 'checkout', 'purchase');
const Bookings = page(() => import('./pages/bookings.tsx'), 'tickets', 'purchase');
const Booking = page(() => import('./pages/booking.tsx'), 'tickets', 'purchase');
const Organiser = page(() => import('./pages/organiser.tsx'), 'organiser', 'tickets');
const NotFound = page(() => import('./pages/not-found.tsx'));

const ROUTES: readonly Route[] = [
  ['/', Home],
  ['/sign-in', SignIn],
  ['/register', Register],
  ['/account', Account],
  ['/verify-email', VerifyEmail],
  ['/events/:id', EventPage],
  ['/events/:id/queue', Queue],
  ['/events/:id/fairness', Fairness],
  ['/check', Fairness],
  ['/events/:id/seats', Seats],
  ['/events/:id/organiser', Organiser],
  ['/checkout/:id', Checkout],
  ['/bookings', Bookings],
  ['/bookings/:id', Booking],
];

/** The site. */
export function App(): JSX.Element {
  return (
    <Shell>
      <Routes routes={ROUTES} otherwise={NotFound} />
    </Shell>
  );
}
