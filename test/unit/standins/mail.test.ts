import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startMail } from '../../../dev/mail/index.ts';
import type { Listening } from '../../../dev/standin/serve.ts';

let mail: Listening;

beforeAll(async () => {
  mail = await startMail({ port: 0 });
});

afterAll(() => mail.close());

beforeEach(async () => {
  await fetch(`${mail.url}/emails`, { method: 'DELETE' });
});

const TICKETS = {
  from: 'Onsale <tickets@onsale.local>',
  to: ['Asha <asha@example.com>'],
  subject: 'Your tickets <3',
  html: '<p>Row A <script>alert(1)</script><img src="cid:qr"></p>',
  text: 'Row A',
  attachments: [
    { filename: 'ticket.txt', content: btoa('seat A1'), content_type: 'text/plain' },
    { filename: 'qr.png', content: btoa('png'), content_type: 'image/png', content_id: 'qr' },
  ],
};

function send(body: unknown, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`${mail.url}/emails`, {
    method: 'POST',
    headers: { Authorization: 'Bearer local', 'Content-Type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

async function sentId(answer: Response): Promise<string> {
  expect(answer.status).toBe(200);
  return (await answer.json<{ id: string }>()).id;
}

async function inbox(to?: string): Promise<{ id: string; subject: string }[]> {
  const query = to === undefined ? '' : `?to=${encodeURIComponent(to)}`;
  const answer = await fetch(`${mail.url}/emails${query}`);
  return (await answer.json<{ data: { id: string; subject: string }[] }>()).data;
}

it('keeps a mail and finds it by its recipient, whatever the case', async () => {
  const id = await sentId(await send(TICKETS));
  await send({ ...TICKETS, to: 'other@example.com', subject: 'Other' });
  expect(await inbox('ASHA@example.com')).toMatchObject([{ id, subject: 'Your tickets <3' }]);
  expect(await inbox('nobody@example.com')).toEqual([]);
  expect((await inbox()).map((entry) => entry.subject)).toEqual(['Other', 'Your tickets <3']);
});

it('sends one mail for one idempotency key', async () => {
  const headers = { 'Idempotency-Key': 'booking-1' };
  const first = await sentId(await send(TICKETS, headers));
  expect(await sentId(await send(TICKETS, headers))).toBe(first);
  expect(await inbox()).toHaveLength(1);
});

it('refuses another body under the same idempotency key', async () => {
  const headers = { 'Idempotency-Key': 'booking-1' };
  await send(TICKETS, headers);
  const answer = await send({ ...TICKETS, subject: 'Changed' }, headers);
  expect(answer.status).toBe(409);
  expect(await answer.json()).toMatchObject({ name: 'invalid_idempotent_request' });
  expect(await inbox()).toHaveLength(1);
});

it('refuses a missing or wrong key, and keeps nothing', async () => {
  expect((await send(TICKETS, { Authorization: 'Bearer guess' })).status).toBe(403);
  const anonymous = await fetch(`${mail.url}/emails`, { method: 'POST', body: '{}' });
  expect(anonymous.status).toBe(401);
  expect(await inbox()).toEqual([]);
});

it('refuses a mail without recipient, content, or valid JSON', async () => {
  const { html: _html, text: _text, ...empty } = TICKETS;
  for (const body of [{ ...TICKETS, to: [] }, empty, '{', { ...TICKETS, from: undefined }]) {
    const answer = await send(body);
    expect(answer.status).toBe(422);
    expect(await answer.json()).toMatchObject({ name: 'validation_error' });
  }
});

it('shows the list and the mail, with its HTML in a frame that can run nothing', async () => {
  const id = await sentId(await send(TICKETS));
  const list = await (await fetch(mail.url)).text();
  expect(list).toContain(`href="/mail/${id}"`);
  expect(list).toContain('Your tickets &lt;3');
  const page = await (await fetch(`${mail.url}/mail/${id}`)).text();
  expect(page).toContain('sandbox=""');
  expect(page).not.toContain('<script>');
  expect(page).toContain(`data:image/png;base64,${btoa('png')}`);
  expect((await fetch(`${mail.url}/mail/unknown`)).status).toBe(404);
});

it('gives back an attachment as it was', async () => {
  const id = await sentId(await send(TICKETS));
  const file = await fetch(`${mail.url}/emails/${id}/attachments/0`);
  expect(file.headers.get('Content-Disposition')).toContain('ticket.txt');
  expect(await file.text()).toBe('seat A1');
  expect((await fetch(`${mail.url}/emails/${id}/attachments/9`)).status).toBe(404);
});

it('answers 503 to a sender while it is switched off', async () => {
  const switches = `${mail.url}/_standin/switches`;
  await fetch(switches, { method: 'PUT', body: '{"down":true}' });
  expect((await send(TICKETS)).status).toBe(503);
  await fetch(switches, { method: 'DELETE' });
  expect((await send(TICKETS)).status).toBe(200);
});
