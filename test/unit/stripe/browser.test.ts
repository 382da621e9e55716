import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import chromium from '@sparticuz/chromium';
import type { Browser, Frame, Page } from 'playwright-core';
import { chromium as playwright } from 'playwright-core';
import type { Stripe } from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StripeStandin } from '../../../dev/stripe/server.ts';
import { sdk, start } from './harness.ts';

/** A shop's page on another origin than the stand-in, paying as the site does. */
const PAGE = `<!doctype html><meta name="viewport" content="width=device-width"><title>Shop</title>
<body><div id="card"></div><script src="STRIPE_JS"></script></body>`;

let standin: StripeStandin;
let stripe: Stripe;
let browser: Browser;
let page: Page;
let shopUrl: string;
const shop = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/html' });
  response.end(PAGE.replace('STRIPE_JS', `${standin.url}/v3/`));
});

beforeAll(async () => {
  standin = await start();
  stripe = sdk(standin.port);
  await new Promise<void>((resolve) => {
    shop.listen(0, () => resolve());
  });
  shopUrl = `http://localhost:${(shop.address() as AddressInfo).port}/`;
  browser = await playwright.launch({
    executablePath: await chromium.executablePath(),
    // Not the package's own arguments: they switch off web security, which is what is tested here.
    args: ['--no-sandbox', '--disable-gpu', '--disable-dev-shm-usage'],
    headless: true,
  });
}, 60_000);

afterAll(async () => {
  await browser.close();
  shop.close();
  shop.closeAllConnections();
  await standin.close();
});

beforeEach(async () => {
  page = await browser.newPage({ viewport: { width: 360, height: 640 } });
  return () => page.close();
});

async function mount(theme = 'stripe'): Promise<{ id: string; frame: Frame }> {
  const intent = await stripe.paymentIntents.create({
    amount: 250_000,
    currency: 'inr',
    automatic_payment_methods: { enabled: true },
    metadata: { secret: 'of the seller' },
  });
  await page.goto(shopUrl);
  await page.evaluate(
    ([clientSecret, theme]) =>
      new Promise<void>((resolve) => {
        const shop = window as any; // oxlint-disable-line typescript/no-explicit-any -- the page's own script
        shop.stripe = shop.Stripe('pk_test_local');
        shop.elements = shop.stripe.elements({ clientSecret, appearance: { theme } });
        const element = shop.elements.create('payment');
        shop.changes = [];
        element.on('change', (event: unknown) => shop.changes.push(event));
        element.on('ready', () => resolve());
        element.mount('#card');
      }),
    [intent.client_secret, theme] as const,
  );
  const frame = page.frames().find((each) => each.url().includes('elements-inner-payment'));
  if (frame === undefined) throw new Error('no frame');
  return { id: intent.id, frame };
}

async function fill(frame: Frame, number: string, expiry = '1234'): Promise<void> {
  await frame.locator('[name=number]').pressSequentially(number);
  await frame.locator('[name=expiry]').pressSequentially(expiry);
  await frame.locator('[name=cvc]').pressSequentially('123');
}

interface Outcome {
  paymentIntent?: { id: string; status: string; metadata?: unknown };
  error?: {
    type: string;
    code?: string;
    decline_code?: string;
    message: string;
    payment_intent?: { status: string };
  };
}

function confirm(): Promise<Outcome> {
  return page.evaluate(() => {
    const shop = window as any; // oxlint-disable-line typescript/no-explicit-any -- the page's own script
    return shop.stripe.confirmPayment({
      elements: shop.elements,
      confirmParams: { return_url: `${window.location.origin}/done` },
      redirect: 'if_required',
    }) as Promise<Outcome>;
  });
}

describe('the Payment Element', () => {
  it('pays with a good card, typed into a frame of another origin', async () => {
    const { id, frame } = await mount();
    expect(new URL(frame.url()).origin).not.toBe(new URL(shopUrl).origin);
    await fill(frame, '4242424242424242');
    expect(await frame.locator('[name=number]').inputValue()).toBe('4242 4242 4242 4242');
    expect(await frame.getByLabel('Expiration date').inputValue()).toBe('12 / 34');
    const changes = () => page.evaluate<Array<{ complete: boolean }>>('window.changes');
    await expect.poll(async () => (await changes()).at(-1)?.complete).toBe(true);
    expect((await changes()).at(0)?.complete).toBe(false);
    const outcome = await confirm();
    expect(outcome).toMatchObject({ paymentIntent: { id, status: 'succeeded' } });
    expect(outcome.paymentIntent).not.toHaveProperty('metadata');
    expect(await stripe.paymentIntents.retrieve(id)).toMatchObject({ status: 'succeeded' });
  });

  it('shows what is wrong and sends nothing', async () => {
    const { id, frame } = await mount();
    await fill(frame, '4242424242424241', '1220');
    const outcome = await confirm();
    expect(outcome.error).toMatchObject({ type: 'validation_error', code: 'invalid_number' });
    expect(await frame.locator('#number-error').textContent()).toBe('Your card number is invalid.');
    expect(await frame.locator('#expiry-error').textContent()).toContain('in the past');
    expect((await stripe.paymentIntents.retrieve(id)).latest_charge).toBeNull();
  });

  it('hands a decline to the page, and takes another card', async () => {
    const { frame } = await mount('night');
    await fill(frame, '4000000000009995');
    expect((await confirm()).error).toMatchObject({
      type: 'card_error',
      code: 'card_declined',
      decline_code: 'insufficient_funds',
      payment_intent: { status: 'requires_payment_method' },
    });
    await frame.locator('[name=number]').fill('');
    await frame.locator('[name=number]').pressSequentially('5555555555554444');
    expect(await confirm()).toMatchObject({ paymentIntent: { status: 'succeeded' } });
  });

  it.each([
    ['Complete authentication', { paymentIntent: { status: 'succeeded' } }],
    ['Fail authentication', { error: { code: 'payment_intent_authentication_failure' } }],
  ])('opens 3-D Secure over the page; "%s"', async (button, expected) => {
    const { frame } = await mount();
    await fill(frame, '4000002760003184');
    const pending = confirm();
    const challenge = page.frameLocator('iframe[name=__privateStripeFrameChallenge]');
    await challenge.getByRole('button', { name: button }).click();
    expect(await pending).toMatchObject(expected);
    expect(await page.locator('[role=dialog]').count()).toBe(0);
  });

  it('asks for a postal code where the country has one', async () => {
    const { frame } = await mount();
    await fill(frame, '4242424242424242');
    expect(await frame.getByLabel('Postal code').isVisible()).toBe(false);
    await frame.getByLabel('Country').selectOption('US');
    expect((await confirm()).error).toMatchObject({ code: 'incomplete_zip' });
    await frame.getByLabel('Postal code').fill('94103');
    expect(await confirm()).toMatchObject({ paymentIntent: { status: 'succeeded' } });
  });

  it('ignores a page that embeds it in the name of another', async () => {
    await page.goto(`${standin.url}/healthz`);
    await page.evaluate(async (url) => {
      const inner = document.createElement('iframe');
      inner.src = `${url}/v3/elements-inner-payment#${encodeURIComponent('https://shop.example')}`;
      // Not before its script is there does it hear anything.
      const loaded = new Promise((resolve) => inner.addEventListener('load', resolve));
      document.body.appendChild(inner);
      await loaded;
    }, standin.url);
    const number = page.frameLocator('iframe').locator('[name=number]');
    await number.fill('4242424242424242');
    await page.evaluate(() => {
      const [inner] = document.getElementsByTagName('iframe');
      inner?.contentWindow?.postMessage({ to: 'frame', kind: 'clear' }, '*');
    });
    expect(await number.inputValue()).toBe('4242 4242 4242 4242');
  });

  it('takes no message from any window but its frame', async () => {
    await mount();
    const height = await page.evaluate(async () => {
      window.postMessage({ to: 'page', kind: 'resize', height: 9999 }, '*');
      await new Promise((resolve) => {
        window.addEventListener('message', resolve, { once: true });
      });
      return document.querySelector<HTMLIFrameElement>('#card iframe')?.offsetHeight ?? 0;
    });
    expect(height).toBeLessThan(1000);
  });
});
