import { defineConfig } from 'drizzle-kit';

/** For `drizzle-kit generate` only: migrations are applied by `migrate.ts`, over HTTP as the Worker does. */
export default defineConfig({
  dialect: 'postgresql',
  schema: './drizzle/schema.ts',
  out: './drizzle/migrations',
});
