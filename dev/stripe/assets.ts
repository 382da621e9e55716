import { readFileSync } from 'node:fs';
import { stripTypeScriptTypes } from 'node:module';
import { Hono } from 'hono';

// Order of dependence: each file may use what the ones before it export.
const STRIPE_JS = ['protocol', 'overlay', 'api-client', 'payment-element', 'elements', 'stripe'];
const FRAME_JS = ['protocol', 'api-client', 'card-fields', 'frame'];

function source(name: string): string {
  return readFileSync(new URL(`./browser/${name}`, import.meta.url), 'utf8');
}

/**
 * Joins the browser's modules into one classic script: types stripped, imports and `export` dropped,
 * all within one function so that nothing leaks into the page but what is put on `window`.
 */
export function bundle(names: readonly string[]): string {
  const parts = names.map((name) =>
    stripTypeScriptTypes(source(`${name}.ts`))
      .replaceAll(/^import\b[^;]*;$/gm, '')
      .replaceAll(/^export (?=async |class |const |function |let )/gm, ''),
  );
  return `(() => {\n'use strict';\n${parts.join('\n')}\n})();\n`;
}

/** Stripe.js and the pages of its frames. */
export function assetRoutes(): Hono {
  const app = new Hono();
  app.use(async (c, next) => {
    await next();
    c.header('cache-control', 'no-cache');
    c.header('access-control-allow-origin', '*');
    c.header('referrer-policy', 'no-referrer');
  });
  for (const path of ['/v3', '/v3/', '/basil/stripe.js', '/clover/stripe.js']) {
    app.get(path, (c) =>
      c.body(bundle(STRIPE_JS), 200, { 'content-type': 'text/javascript; charset=utf-8' }),
    );
  }
  app.get('/v3/frame.js', (c) =>
    c.body(bundle(FRAME_JS), 200, { 'content-type': 'text/javascript; charset=utf-8' }),
  );
  app.get('/v3/challenge.js', (c) =>
    c.body(bundle(['protocol', 'challenge']), 200, {
      'content-type': 'text/javascript; charset=utf-8',
    }),
  );
  app.get('/v3/elements-inner-payment', (c) => c.html(source('frame.html')));
  app.get('/v3/three-ds-challenge', (c) => c.html(source('challenge.html')));
  return app;
}
