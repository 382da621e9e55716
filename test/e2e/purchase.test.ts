import { neon } from '@neondatabase/serverless';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../drizzle/client.ts';
import { openBrowser } from '../support/browser.ts';
import { startDev } from '../support/dev-server.ts';
import type { DevServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { Fan } from '../support/fan.ts';
import { addSale, loadFans } from '../support/sale-fixture.ts';

let dev: DevServer;
let browser: Browser;
let fans = 0;

beforeAll(async () => {
  dev = await startDev();
  await addSale(dev.databaseUrl, 'slow-line', { admission: { batchSize: 3, everyMs: 1_500 } });
  await addSale(dev.databaseUrl, 'open-door', { refuseOrphans: true });
  await addSale(dev.databaseUrl, 'short-hold', { holdTtlMs: 6_000 });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await dev.stop();
});

function arrive(): Promise<Fan> {
  fans += 1;
  return Fan.arrive(browser, dev.origin, `browser-${fans}@example.com`);
}

/** Registered, through the queue, in front of the seats. */
async function inside(event: string): Promise<Fan> {
  const fan = await arrive();
  await fan.goto(`/register?next=${encodeURIComponent(`/events/${event}/queue?join=1`)}`);
  await fan.register();
  await fan.stands('admitted');
  await fan.page.getByRole('link', { name: 'Choose your seats' }).click();
  return fan;
}

async function lineUp(event: string, count: number): Promise<void> {
  for (const { token } of await loadFans(count, 900)) {
    const answer = await fetch(`${dev.origin}/api/queue/join`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ eventId: event }),
    });
    expect(answer.status).toBe(200);
  }
}

describe('a purchase in the browser', () => {
  it('goes from the home page to tickets, with a reload in the middle of each step, while another browser sees the seats change', async () => {
    await lineUp('slow-line', 24);
    const fan = await arrive();
    const onlooker = await arrive();

    await fan.goto('/');
    await fan.page
      .getByRole('link', { name: /Coldplay: Music Of The Spheres/ })
      .first()
      .waitFor();
    await fan.page
      .getByRole('link', { name: /Test sale slow-line/ })
      .first()
      .click();
    await fan.page.getByText('₹2,500').first().waitFor();
    await fan.page.reload();
    await fan.page.getByRole('link', { name: 'Join the queue' }).first().click();
    await fan.page.getByRole('link', { name: 'New here? Create an account' }).click();
    await fan.register();

    await fan.stands('waiting');
    const place = await fan.get('place').textContent();
    const first = await fan.ahead();
    expect(first).toBeGreaterThan(0);
    await fan.page.reload();
    await fan.stands('waiting');
    expect(await fan.get('place').textContent()).toBe(place);
    const later = await eventually(async () => {
      const ahead = await fan.ahead();
      return ahead < first ? ahead : undefined;
    });
    expect(later).toBeLessThan(first);

    await fan.stands('admitted');
    await fan.page.reload();
    await fan.stands('admitted');
    await fan.page.getByRole('link', { name: 'Choose your seats' }).click();

    const chosen = await fan.choose('Section P1');
    const total = await fan.get('summaryTotal').textContent();
    expect(total).toContain('12,500');
    await onlooker.goto(`/register?next=${encodeURIComponent('/events/slow-line/seats')}`);
    await onlooker.register();
    await onlooker.page.waitForURL(/\/seats$/);
    await (
      await onlooker.seat('Section P1', new RegExp(`^${chosen}, .*available$`))
    ).waitFor({ state: 'attached' });

    await fan.page.reload();
    await fan.choose('Section P1');
    await fan.hold();
    await (
      await onlooker.seat('Section P1', new RegExp(`^${chosen}, .*held by somebody$`))
    ).waitFor({ state: 'attached' });

    await fan.get('timer').waitFor();
    await fan.page.reload();
    await fan.get('timer').waitFor();
    expect(await fan.get('summaryTotal').textContent()).toBe(total);
    await fan.pay('4242424242424242');
    await fan.get('confirmation').waitFor();
    await (
      await onlooker.seat('Section P1', new RegExp(`^${chosen}, .*sold$`))
    ).waitFor({ state: 'attached' });

    const code = await fan.get('ticketCode').first().getAttribute('data-code');
    expect(code?.split('.')).toHaveLength(3);
    await fan.page.reload();
    await fan.get('ticketCode').first().waitFor();
    expect(await fan.get('ticketCode').first().getAttribute('data-code')).toBe(code);

    await fan.page.getByText('Confirmed, being filed').waitFor({ state: 'detached' });
    await fan.goto('/bookings');
    await fan.page.getByText('Test sale slow-line').first().waitFor();

    connect(dev.databaseUrl);
    const sql = neon(dev.databaseUrl);
    const row = await eventually(async () => {
      const rows = await sql`
        select b.status, b.amount, i.label from bookings b
        join booking_items i on i.booking_id = b.id join users u on u.id = b.user_id
        where u.email = ${fan.email}`;
      return rows[0];
    });
    expect(row).toMatchObject({ status: 'confirmed', label: chosen });
    expect(Number(row['amount'])).toBe(1_250_000);
    await eventually(async () => {
      const mails = await (
        await fetch(`${dev.mail}/emails?to=${encodeURIComponent(fan.email)}`)
      ).text();
      return mails.includes(chosen) ? true : undefined;
    });
    expect(fan.troubles).toEqual([]);
    await Promise.all([fan.leave(), onlooker.leave()]);
  });

  it('finds the best seats and others, keeps them when a card is declined, says what to try, and takes another card', async () => {
    const fan = await inside('open-door');
    const first = await fan.find(2, /^Gold/);
    await fan.page.getByText('You sit side by side.').waitFor();
    await fan.page.reload();
    expect(await fan.held()).toEqual(first);
    await fan.page.getByRole('button', { name: 'Try others' }).click();
    const others = await eventually(async () => {
      const names = await fan.held();
      return names.some((name) => first.includes(name)) ? undefined : names;
    });
    expect(others).toHaveLength(2);
    await fan.page.getByRole('button', { name: 'Go on to payment' }).click();
    await fan.page
      .getByText(others[0] ?? '')
      .first()
      .waitFor();
    await fan.pay('4000000000009995');
    await fan.page.getByText('The payment did not go through').first().waitFor();
    await fan.page.getByText('There is not enough money on this card').first().waitFor();
    await fan.get('timer').waitFor();
    await fan.page.reload();
    await fan.pay('4242424242424242');
    await fan.get('confirmation').waitFor();
    expect(await fan.get('ticketCode').count()).toBe(2);
    await fan.leave();
  });

  it('names the seat that a choice would leave single and offers others, then asks the bank with 3-D Secure', async () => {
    const fan = await inside('open-door');
    await (await fan.seat('Section S1', /row A, seat 2, .*available$/)).check();
    await fan.get('holdButton').click();
    await fan.page.getByText('would leave Section S1, row A, seat 1 single').waitFor();
    await fan.page.getByRole('button', { name: 'Take Section S1, row A, seat 1 instead' }).click();
    await fan.page.waitForURL(/\/checkout\//);
    await fan.pay('4000002760003184');
    const bank = fan.page.frameLocator('iframe[name="__privateStripeFrameChallenge"]');
    await bank.getByRole('button', { name: /complete/i }).click();
    await fan.get('confirmation').waitFor();
    expect(await fan.get('ticketCode').count()).toBe(1);
    await fan.leave();
  });

  it('keeps the seats longer by one key when the time is nearly over', async () => {
    const fan = await inside('short-hold');
    await fan.choose('Section S2');
    await fan.hold();
    await fan.page.getByRole('button', { name: 'Keep my seats longer' }).waitFor();
    await fan.page.keyboard.press('Enter');
    await fan.page.getByText('Your seats are kept longer.').waitFor({ state: 'attached' });
    expect(await fan.page.getByRole('dialog').count()).toBe(0);
    // The server says so, not only the page.
    expect(await fan.history()).toContain('extended');
    await fan.leave();
  });

  it('tells when a hold has ended that nothing was charged, and takes the same seats again with one click', async () => {
    const fan = await inside('short-hold');
    const chosen = await fan.choose('Section S1');
    await fan.hold();
    await fan.page.getByRole('heading', { name: 'The time for these seats is over' }).waitFor();
    await fan.page.getByText('Nothing was charged.').first().waitFor();
    await fan.page.getByRole('button', { name: 'Try the same seats again' }).click();
    await fan.get('timer').waitFor();
    expect(await fan.page.getByText(chosen).count()).toBeGreaterThan(0);
    await fan.leave();
  });
});
