import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import type { Plugin } from 'vite';
import solid from 'vite-plugin-solid';

const WORKER = 'http://localhost:8787';

const BASE = [
  /node_modules\/solid-js\//,
  /web\/src\/(live|format|components|router)\/(?!event-art|field|next-address|money|price)/,
  /web\/src\/api\/(?!account|seats|bookings|organiser)/,
  /web\/src\/i18n\/[^/]+\.ts$/,
  /durable-objects\/(core\/tick|protocol\/live)\.ts/,
];

/** What every page or the queue needs goes into one file: a dozen small ones compress 3 KB worse. */
function isBase(id: string): boolean {
  return BASE.some((pattern) => pattern.test(id));
}

/**
 * Vite wraps each `import()` to preload style sheets and scripts of the part. There is one style sheet and no
 * preloading here, and the wrapper alone would cost the queue page a kilobyte.
 */
const plainImports: Plugin = {
  name: 'plain-imports',
  enforce: 'pre',
  load: (id) =>
    id === '\0vite/preload-helper.js' ? 'export const __vitePreload = (load) => load();' : null,
};

/** Builds the site into `web/dist`, which the Worker serves as static assets. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [plainImports, solid()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2023',
    manifest: true,
    // Inlined data: addresses would need a wider content security policy.
    assetsInlineLimit: 0,
    // One style sheet and no preload lists: the loader of both would cost the queue page a kilobyte.
    cssCodeSplit: false,
    modulePreload: false,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'base', test: isBase }] } } },
  },
  server: {
    port: 5173,
    proxy: { '/api': WORKER, '/ws': { target: WORKER, ws: true } },
  },
});
