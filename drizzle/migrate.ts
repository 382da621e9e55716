import { fileURLToPath } from 'node:url';
import { migrate } from 'drizzle-orm/neon-http/migrator';
import { connect, LOCAL_DATABASE_URL } from './client.ts';

/** Applies the migrations that the database does not have yet. Safe to repeat. */
export async function migrateDatabase(databaseUrl: string): Promise<void> {
  const migrationsFolder = fileURLToPath(new URL('./migrations', import.meta.url));
  await migrate(connect(databaseUrl), { migrationsFolder });
}

if (import.meta.main) {
  await migrateDatabase(process.env['DATABASE_URL'] ?? LOCAL_DATABASE_URL);
  console.log('The database has the newest schema.');
}
