import { html, raw } from 'hono/html';
import type { Mail } from './store.ts';

type Markup = ReturnType<typeof html>;

const STYLE = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 60rem; padding: 1.5rem 1rem; }
a { color: inherit; } h1 { font-size: 1.4rem; }
ul { list-style: none; padding: 0; }
li a { display: grid; gap: 0 1rem; grid-template-columns: 1fr auto; padding: .7rem .9rem; text-decoration: none;
  border: 1px solid color-mix(in srgb, currentColor 20%, transparent); border-radius: .6rem; margin: .5rem 0; }
li a:hover { background: color-mix(in srgb, currentColor 6%, transparent); }
small, dt { opacity: .7; } dl { display: grid; grid-template-columns: auto 1fr; gap: .2rem 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 38rem; border: 1px solid #8886; border-radius: .6rem; background: #fff; }
pre { white-space: pre-wrap; overflow-wrap: anywhere; padding: 1rem; border: 1px solid #8886; border-radius: .6rem; }
`;

function page(title: string, refresh: boolean, content: Markup): Markup {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        ${refresh ? raw('<meta http-equiv="refresh" content="5">') : ''}
        <title>${title}</title>
        <style>
          ${raw(STYLE)}
        </style>
      </head>
      <body>
        ${content}
      </body>
    </html>`;
}

/** The page that lists what was sent; it reloads itself every five seconds. */
export function listPage(mails: readonly Mail[]): Markup {
  const rows = mails.map(
    (mail) =>
      html`<li>
        <a href="/mail/${mail.id}"
          ><strong>${mail.subject}</strong><small>${mail.createdAt}</small
          ><span>${mail.to.join(', ')}</span></a
        >
      </li>`,
  );
  return page(
    `Outbox (${mails.length})`,
    true,
    html`<h1>Outbox</h1>
      <p><small>Mail of the local Onsale. Nothing leaves this machine.</small></p>
      ${
        mails.length === 0
          ? html`<p>No mail yet.</p>`
          : html`<ul>
              ${rows}
            </ul>`
      }`,
  );
}

/** One mail. Its HTML is shown in a frame that can run no script and reach no other page. */
export function mailPage(mail: Mail): Markup {
  const attachments = mail.attachments.map(
    (file, index) =>
      html`<li><a href="/emails/${mail.id}/attachments/${index}">${file.filename}</a></li>`,
  );
  return page(
    mail.subject,
    false,
    html`<p><a href="/">← Outbox</a></p>
      <h1>${mail.subject}</h1>
      <dl>
        <dt>From</dt>
        <dd>${mail.from}</dd>
        <dt>To</dt>
        <dd>${mail.to.join(', ')}</dd>
        <dt>Sent</dt>
        <dd>${mail.createdAt}</dd>
      </dl>
      ${
        mail.html === undefined
          ? ''
          : html`<iframe
              title="HTML of the mail"
              sandbox=""
              srcdoc="${inlineImages(mail)}"
            ></iframe>`
      }
      ${
        mail.text === undefined
          ? ''
          : html`<h2>Text</h2>
              <pre>${mail.text}</pre>`
      }
      ${
        attachments.length === 0
          ? ''
          : html`<h2>Attachments</h2>
              <ul>
                ${attachments}
              </ul>`
      }`,
  );
}

/** Mail programs resolve `cid:` addresses to attachments; a browser must be given the data itself. */
function inlineImages(mail: Mail): string {
  let markup = mail.html ?? '';
  for (const file of mail.attachments) {
    if (file.content_id === undefined) continue;
    const data = `data:${file.content_type};base64,${file.content}`;
    markup = markup.replaceAll(`cid:${file.content_id}`, () => data);
  }
  return markup;
}
