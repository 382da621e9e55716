import type { Browser, FrameLocator, Locator, Page } from 'playwright-core';
import { TEST_IDS } from '../../web/src/test-ids.ts';

/** The password of every fan of the browser tests. */
const PASSWORD = 'correct horse battery';

/** A person in front of a browser of their own: what they do, in their words. Nothing reaches past the page. */
export class Fan {
  readonly page: Page;
  readonly email: string;
  readonly #origin: string;
  /** Messages of the page's console that are errors, and requests that failed; a healthy visit has none. */
  readonly troubles: string[] = [];

  private constructor(page: Page, origin: string, email: string) {
    this.page = page;
    this.#origin = origin;
    this.email = email;
    page.on('pageerror', (error) => this.troubles.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error') this.troubles.push(message.text());
    });
  }

  /** Opens a browser profile of its own. */
  static async arrive(browser: Browser, origin: string, email: string): Promise<Fan> {
    const context = await browser.newContext({
      locale: 'en-IN',
      timezoneId: 'Asia/Kolkata',
      viewport: { width: 360, height: 740 },
    });
    const page = await context.newPage();
    page.setDefaultTimeout(20_000);
    return new Fan(page, origin, email);
  }

  async goto(path: string): Promise<void> {
    await this.page.goto(`${this.#origin}${path}`);
  }

  /** Registers on the page that asks for it. */
  async register(): Promise<void> {
    await this.page.getByLabel('Name', { exact: true }).fill('Asha Rao');
    await this.page.getByLabel('E-mail address').fill(this.email);
    await this.page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await this.page.getByRole('button', { name: 'Create account' }).click();
  }

  get(id: keyof typeof TEST_IDS): Locator {
    return this.page.getByTestId(TEST_IDS[id]);
  }

  /** Waits until the queue page says this standing. */
  async stands(status: 'waiting' | 'called' | 'admitted' | 'lobby' | 'left'): Promise<void> {
    await this.page
      .locator(`[data-testid="${TEST_IDS.queueStatus}"][data-status="${status}"]`)
      .waitFor();
  }

  /** People ahead, as the page shows them. */
  async ahead(): Promise<number> {
    const text = await this.get('ahead').textContent();
    return Number((text ?? '').replace(/\D/g, ''));
  }

  /** Asks the API as the page would, with the session of this browser. */
  async ask<Body>(method: string, path: string, body?: object): Promise<Body> {
    const session = await this.page.evaluate<string>("localStorage.getItem('onsale.session')");
    const { accessToken } = JSON.parse(session) as { accessToken: string };
    const answer = await fetch(`${this.#origin}${path}`, {
      method,
      headers: { authorization: `Bearer ${accessToken}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return answer.json<Body>();
  }

  /** Why each step of the booking on the page was taken, as the API tells its owner. */
  async history(): Promise<string[]> {
    const id = new URL(this.page.url()).pathname.split('/').at(-1) ?? '';
    const { history } = await this.ask<{ history: { why: string }[] }>(
      'GET',
      `/api/bookings/${id}`,
    );
    return history.map((step) => step.why);
  }

  /** The seat in the list; opens the list and its section first. */
  async seat(section: string, name: RegExp): Promise<Locator> {
    const part = this.get('seatList').locator('details').filter({ hasText: section }).first();
    await part.waitFor({ state: 'attached' });
    const list = this.page.getByRole('button', { name: 'List', exact: true });
    if (await list.isVisible()) await list.click();
    if ((await part.getAttribute('open')) === null) await part.locator('summary').click();
    return part.getByRole('checkbox', { name }).first();
  }

  /** Chooses one free seat of the section and tells its id's words: "Section B, row C, seat 14". */
  async choose(section: string): Promise<string> {
    const seat = await this.seat(section, /available$/);
    const label = (await seat.getAttribute('aria-label')) ?? '';
    await seat.check();
    return label.split(', ').slice(0, 3).join(', ');
  }

  /** Asks for the best seats of a price, and tells the names of those that are held then. */
  async find(people: number, price: RegExp): Promise<string[]> {
    const band = this.page.getByRole('combobox', { name: 'Price' });
    await band.waitFor();
    const words = (await band.locator('option').allTextContents()).find((text) => price.test(text));
    await this.page.getByRole('combobox', { name: 'How many?' }).selectOption(String(people));
    await band.selectOption(words ?? 'no such price');
    await this.page.getByRole('button', { name: 'Find seats' }).click();
    return this.held();
  }

  /** The names of the seats that were found. */
  async held(): Promise<string[]> {
    const found = this.get('foundSeats').locator('li');
    await found.first().waitFor();
    return found.allTextContents();
  }

  async hold(): Promise<void> {
    await this.get('holdButton').click();
    await this.page.waitForURL(/\/checkout\//);
  }

  /** The payment form, in its own frame as Stripe's is. */
  card(): FrameLocator {
    return this.page.frameLocator('iframe[title="Secure payment input frame"]');
  }

  async fillCard(number: string): Promise<void> {
    const field = this.card().locator('[name=number]');
    await field.fill('');
    await field.pressSequentially(number);
    await this.card().locator('[name=expiry]').fill('');
    await this.card().locator('[name=expiry]').pressSequentially('1234');
    await this.card().locator('[name=cvc]').fill('');
    await this.card().locator('[name=cvc]').pressSequentially('123');
  }

  async pay(number: string): Promise<void> {
    await this.fillCard(number);
    await this.get('payButton').click();
  }

  async leave(): Promise<void> {
    await this.page.context().close();
  }
}
