import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Listening } from '../../dev/standin/serve.ts';
import { openBrowser } from '../support/browser.ts';
import { startDev } from '../support/dev-server.ts';
import type { DevServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';
import { Fan } from '../support/fan.ts';
import { addSale } from '../support/sale-fixture.ts';
import { TURNSTILE_SECRET } from '../support/turnstile-keys.ts';
import { startTurnstile } from '../support/turnstile-standin.ts';

const SOCKETS = 4;

let turnstile: Listening;
let dev: DevServer;
let browser: Browser;

beforeAll(async () => {
  turnstile = await startTurnstile(0);
  dev = await startDev({
    env: {
      TURNSTILE_SITE_KEY: 'stand-in-site',
      TURNSTILE_SECRET_KEY: TURNSTILE_SECRET,
      TURNSTILE_API_BASE: turnstile.url,
    },
  });
  await addSale(dev.databaseUrl, 'verified-only', { opensInDays: 1, requireVerifiedEmail: true });
  await addSale(dev.databaseUrl, 'many-tabs', { opensInDays: 1 });
  browser = await openBrowser();
});

afterAll(async () => {
  await browser.close();
  await dev.stop();
  await turnstile.close();
});

/** The newest code that was mailed to the address. */
function codeFor(email: string): Promise<string> {
  return eventually(async () => {
    const answer = await fetch(`${dev.mail}/emails?to=${encodeURIComponent(email)}`);
    const { data } = await answer.json<{ data: { subject: string }[] }>();
    return /^\d{6}/.exec(data[0]?.subject ?? '')?.[0];
  });
}

describe('many hands, one person', () => {
  it('a fan registers as a person, proves the address on the way, and gets the place', async () => {
    const fan = await Fan.arrive(browser, dev.origin, 'verified@example.com');
    const { page } = fan;
    await fan.goto(`/register?next=${encodeURIComponent('/events/verified-only/queue?join=1')}`);
    await page.getByText('Checked: stand-in-site').waitFor();
    await fan.register();
    await page.waitForURL(/\/verify-email/);
    const code = await codeFor(fan.email);
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    await page.getByLabel('Code', { exact: true }).fill(wrong);
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await page.getByText('This code is wrong or too old.').waitFor();
    await page.getByLabel('Code', { exact: true }).fill(`${code.slice(0, 3)} ${code.slice(3)}`);
    await page.getByRole('button', { name: 'Verify', exact: true }).click();
    await fan.stands('lobby');
    await fan.goto('/account');
    await page.getByText('Address verified').waitFor();
    expect(await page.getByText('Not yet: verify it').count()).toBe(0);
    // The browser itself notes the answers that refuse: the join and the wrong code.
    expect(fan.troubles.filter((trouble) => !/status of (403|422)/.test(trouble))).toEqual([]);
    await fan.leave();
  });

  it('the oldest of five tabs is told kindly, does not fight, and may take over again', async () => {
    const fan = await Fan.arrive(browser, dev.origin, 'tabs@example.com');
    await fan.goto(`/register?next=${encodeURIComponent('/events/many-tabs/queue?join=1')}`);
    await fan.register();
    await fan.stands('lobby');
    const place = await fan.get('place').textContent();
    const words = fan.page.getByText('You continue on another tab or device.');
    for (let n = 0; n < SOCKETS; n++) {
      expect(await words.count()).toBe(0);
      const tab = await fan.page.context().newPage();
      await tab.goto(`${dev.origin}/events/many-tabs/queue`);
      await tab.locator('[data-state=live]').waitFor();
    }
    await words.waitFor();
    expect(await fan.get('place').textContent()).toBe(place);
    const state = fan.get('liveState');
    expect(await state.getAttribute('data-state')).toBe('polling');
    await fan.page.getByRole('button', { name: 'Continue here' }).click();
    await eventually(async () =>
      (await state.getAttribute('data-state')) === 'live' ? true : undefined,
    );
    expect(await words.count()).toBe(0);
    expect(await fan.get('place').textContent()).toBe(place);
    await fan.leave();
  });
});
