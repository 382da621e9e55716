import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyDraw } from '../../dev/verify-draw.ts';
import { DEMO_ORGANISER } from '../../drizzle/demo-data.ts';
import { concertPlan } from '../../durable-objects/core/plan-samples.ts';
import { openBrowser } from '../support/browser.ts';
import { startDev } from '../support/dev-server.ts';
import type { DevServer } from '../support/dev-server.ts';
import { Fan } from '../support/fan.ts';
import { addSale } from '../support/sale-fixture.ts';
import type { Booking } from '../../worker/schemas/booking.ts';

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const shots = join(import.meta.dirname, '../screenshots');
const WIDTHS = [360, 1280];
/** A phone of 360 px at 200 % zoom. */
const ZOOMED = 180;

let dev: DevServer;
let browser: Browser;

beforeAll(async () => {
  mkdirSync(shots, { recursive: true });
  dev = await startDev();
  await addSale(dev.databaseUrl, 'pages-open');
  await addSale(dev.databaseUrl, 'pages-lobby', { opensInDays: 1 });
  await addSale(dev.databaseUrl, 'pages-draw', { opensInDays: 1, lobby: 'draw' });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await dev.stop();
});

function overflow(fan: Fan): Promise<number> {
  return fan.page.evaluate<number>(
    'document.documentElement.scrollWidth - document.documentElement.clientWidth',
  );
}

/** Looks at the page as it is: no sideways scrolling, nothing for axe to find, and a picture for a person. */
async function inspect(fan: Fan, name: string): Promise<string[]> {
  const found: string[] = [];
  for (const width of WIDTHS) {
    await fan.page.setViewportSize({ width, height: 800 });
    await fan.page.screenshot({ path: join(shots, `${name}-${width}.png`), fullPage: true });
    const hidden = await overflow(fan);
    if (hidden > 0) found.push(`${name} at ${width} px is ${hidden} px too wide`);
    // Through the protocol, not a script element: the page's own policy forbids those.
    const rules = await fan.page.evaluate<string[]>(
      `${axe}; axe.run(document, { iframes: false }).then((r) => r.violations.map((v) => v.id + ': ' + v.nodes[0].html))`,
    );
    found.push(...rules.map((rule) => `${name} at ${width} px: ${rule}`));
  }
  await fan.page.setViewportSize({ width: ZOOMED, height: 370 });
  const hidden = await overflow(fan);
  if (hidden > 0) found.push(`${name} at 200 % is ${hidden} px too wide`);
  return found;
}

/** The organiser of the seed, signed in, on this page. */
async function signedInOrganiser(path: string): Promise<Fan> {
  const { email, password } = DEMO_ORGANISER;
  const organiser = await Fan.arrive(browser, dev.origin, email);
  await organiser.goto(`/sign-in?next=${encodeURIComponent(path)}`);
  await organiser.page.getByLabel('E-mail address').fill(email);
  await organiser.page.getByLabel('Password', { exact: true }).fill(password);
  await organiser.page.getByRole('button', { name: 'Sign in' }).click();
  return organiser;
}

describe('every page', () => {
  it('fits 360 and 1280 px and has nothing for axe to find', async () => {
    const fan = await Fan.arrive(browser, dev.origin, 'pages@example.com');
    const { page } = fan;
    const found: string[] = [];
    const see = async (name: string, ready: () => Promise<unknown>): Promise<void> => {
      await ready();
      found.push(...(await inspect(fan, name)));
    };
    const heading = (level = 1) => page.getByRole('heading', { level }).first().waitFor();

    await fan.goto('/');
    await see('home', () => page.getByText('Coldplay').first().waitFor());
    await fan.goto('/events/coldplay-mumbai');
    await see('event', () => page.getByText('₹12,500').first().waitFor());
    await fan.goto('/events/no-such-event');
    await see('no-event', () => page.getByText('There is no such event.').first().waitFor());
    await fan.goto('/nowhere');
    await see('not-found', heading);
    await fan.goto('/sign-in');
    await see('sign-in', heading);
    await fan.goto(`/register?next=${encodeURIComponent('/events/pages-lobby/queue?join=1')}`);
    await see('register', heading);
    await fan.register();
    await see('lobby', () => fan.stands('lobby'));
    await fan.goto('/bookings');
    await see('no-bookings', heading);
    await fan.goto('/account');
    await see('account', heading);
    await fan.goto('/verify-email');
    await see('verify-email', () => page.getByLabel('Code', { exact: true }).waitFor());
    await fan.goto('/check');
    await page.getByLabel('Your receipt').fill('no receipt');
    await page.getByRole('button', { name: 'Check my place' }).click();
    await see('check', () => page.getByText('This is no receipt.').waitFor());
    await fan.goto('/events/pages-open/queue?join=1');
    await see('queue-admitted', () => fan.stands('admitted'));
    await fan.goto('/events/pages-draw/queue?join=1');
    await see('lobby-draw', () => page.getByText('drand quicknet, round').waitFor());
    await fan.goto('/events/pages-draw/fairness');
    await page.getByRole('button', { name: 'Check my place' }).click();
    await see('check-draw', () => page.getByText('The lobby is not drawn yet. Everyb').waitFor());
    await fan.goto('/events/pages-open/fairness');
    await page.getByText('The receipt kept on this device is filled in.').waitFor();
    await page.getByRole('button', { name: 'Check my place' }).click();
    await see('check-proven', () => page.getByText('Your place is proven').waitFor());
    const saved = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Save the whole record' }).click();
    expect(verifyDraw([await (await saved).path()], () => undefined)).toBe(0);
    await fan.goto('/events/pages-open/seats');
    await see('seats-standing', () => fan.find(3, /^Floor/));
    await see('seats-found', () => fan.find(2, /^Gold/));
    await page.getByLabel('Language').selectOption('hi');
    await see('seats-found-hi', () => page.getByText('आप साथ-साथ बैठेंगे।').waitFor());
    await page.getByRole('combobox', { name: 'भाषा' }).selectOption('en');
    await see('seats', () => fan.choose('Section G1'));
    await fan.hold();
    await see('checkout', () => fan.card().locator('[name=number]').waitFor());
    await fan.pay('4000000000000002');
    await see('declined', () => page.getByText('The payment did not go through').first().waitFor());
    await fan.pay('4242424242424242');
    await see('confirmation', () => fan.get('ticketCode').first().waitFor());
    await fan.goto('/bookings');
    await see('bookings', () => page.getByText('Test sale pages-open').first().waitFor());
    await fan.goto('/api/docs');
    await see('api-docs', heading);
    expect(found).toEqual([]);
    await fan.leave();
  });

  it('lets an organiser pause a sale and see what was done, and a fan not', async () => {
    const fan = await Fan.arrive(browser, dev.origin, 'curious@example.com');
    const next = encodeURIComponent('/events/pages-lobby/organiser');
    await fan.goto(`/register?next=${next}`);
    await fan.register();
    await fan.page.getByText('This belongs to another account.').waitFor();
    await fan.goto('/events/pages-open/seats');
    await fan.choose('Section G1');

    const organiser = await signedInOrganiser('/events/pages-lobby');
    const { page } = organiser;
    await page.getByRole('link', { name: 'Look after this sale' }).click();
    await page.getByText('The sale is on').waitFor();
    await page.getByLabel('Reason').first().fill('The stage crew asked for it.');
    await page.getByRole('button', { name: 'Pause the sale' }).click();
    await page.getByText('Paused: nobody is called in').waitFor();
    await page.getByText('The stage crew asked for it.').waitFor();
    expect(await inspect(organiser, 'organiser')).toEqual([]);

    // Whoever looks at the seats sees a change of the plan by itself, and keeps what is chosen.
    const { plan, categories } = concertPlan();
    const change = await organiser.ask('PUT', '/api/organiser/events/pages-open/plan', {
      requestId: crypto.randomUUID(),
      reason: 'The lawn is opened.',
      sections: [{ ...plan.sections[0], id: 'LAWN', name: 'The lawn' }, ...plan.sections],
      categories,
    });
    expect(change).toMatchObject({ seatCount: expect.any(Number) as number });
    await (await fan.seat('The lawn', /available$/)).waitFor({ state: 'attached' });
    expect(await fan.get('summaryTotal').textContent()).toContain('7,500');
    await Promise.all([organiser.leave(), fan.leave()]);
  });

  it('lets an organiser give single seats of a booking back, and refuses seats that are not in it', async () => {
    const fan = await Fan.arrive(browser, dev.origin, 'two-seats@example.com');
    await fan.goto(`/register?next=${encodeURIComponent('/events/pages-open/queue?join=1')}`);
    await fan.register();
    await fan.stands('admitted');
    await fan.goto('/events/pages-open/seats');
    await fan.find(2, /^Gold/);
    await fan.page.getByRole('button', { name: 'Go on to payment' }).click();
    await fan.pay('4242424242424242');
    await fan.get('ticketCode').first().waitFor();
    const bookingId = new URL(fan.page.url()).pathname.split('/').at(-1) ?? '';
    const bought = await fan.ask<Booking>('GET', `/api/bookings/${bookingId}`);
    const [given = '', kept = ''] = bought.items.map(({ seatId }) => seatId);

    const organiser = await signedInOrganiser('/events/pages-open/organiser');
    const { page } = organiser;
    const form = page.locator('form').filter({ hasText: 'Give a booking back' });
    await form.getByLabel('Booking number').fill(bookingId);
    await form.getByLabel('Only these seats (optional)').fill('NONE-A-1');
    await form.getByLabel('Reason').fill('The view is blocked.');
    await form.getByRole('button', { name: 'Give these seats back' }).click();
    await form.getByText('A seat that was named is not in this booking.').waitFor();
    await form.getByLabel('Only these seats (optional)').fill(` ${given} `);
    await form.getByRole('button', { name: 'Give these seats back' }).click();
    await page.getByText('Gave a booking back').waitFor();
    const after = await fan.ask<Booking>('GET', `/api/bookings/${bookingId}`);
    expect(after.tickets.map(({ seatId }) => seatId)).toEqual([kept]);
    expect(after.refunds).toMatchObject([{ seatIds: [given], reason: 'The view is blocked.' }]);

    // The buyer reads why in their own language; what the organiser said stays as it was said.
    await fan.page.reload();
    await fan.page.getByLabel('Language').selectOption('hi');
    await fan.page.getByText('भुगतान का पन्ना खुला').first().waitFor();
    await fan.page.getByText('The view is blocked.').first().waitFor();
    expect(await fan.page.getByText('payment page opened').count()).toBe(0);
    await Promise.all([organiser.leave(), fan.leave()]);
  });
});

describe('the way into the queue', () => {
  it('asks the Worker for no more than the simulator counts for the cost sheet', async () => {
    const fan = await Fan.arrive(browser, dev.origin, 'counted@example.com');
    const { page } = fan;
    await fan.goto('/register?next=/account');
    await fan.register();
    await page.waitForURL((url) => url.pathname === '/account');
    const asked: string[] = [];
    const note = (what: string, url: string): void => {
      const { pathname } = new URL(url);
      if (!pathname.startsWith('/assets/')) asked.push(`${what} ${pathname}`);
    };
    page.on('request', (request) => note(request.method(), request.url()));
    page.on('websocket', (socket) => note('live', socket.url()));
    // Routed pages have no cache: it would have nothing left for one who has read for some seconds.
    await page.route('**/*', (route) => route.continue());
    await fan.goto('/events/pages-lobby');
    await page.getByRole('link', { name: 'Enter the waiting lobby' }).click();
    await fan.stands('lobby');
    await page.locator('[data-state=live]').waitFor();
    // `page`, `event`, `join` and `live` of test/sim/fans/crowd.ts, each once.
    expect(asked.toSorted()).toEqual([
      'GET /api/events/pages-lobby',
      'GET /events/pages-lobby',
      'POST /api/queue/join',
      'live /ws/events/pages-lobby',
    ]);
    await fan.leave();
  });
});
