import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';
import solid from 'vite-plugin-solid';

const WORKER = 'http://localhost:8787';

const BASE = [
  /node_modules\/(solid-js|@solidjs\/router)\//,
  /web\/src\/(live|format|components)\/(?!event-art|field|next-address)/,
  /web\/src\/api\/(?!account|seats|bookings)/,
  /web\/src\/i18n\/[^/]+\.ts$/,
  /durable-objects\/(core\/tick|protocol\/live)\.ts/,
];

/** What every page or the queue needs goes into one file: a dozen small ones compress 3 KB worse. */
function isBase(id: string): boolean {
  return BASE.some((pattern) => pattern.test(id));
}

/** Builds the site into `web/dist`, which the Worker serves as static assets. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [solid()],
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
