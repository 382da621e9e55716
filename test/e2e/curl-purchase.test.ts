import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { neon } from '@neondatabase/serverless';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connect } from '../../drizzle/client.ts';
import { addSale } from '../support/sale-fixture.ts';
import { startDev } from '../support/dev-server.ts';
import type { DevServer } from '../support/dev-server.ts';
import { eventually } from '../support/eventually.ts';

const run = promisify(execFile);

function readmeBlock(): string {
  const readme = readFileSync(join(import.meta.dirname, '../../README.md'), 'utf8');
  const block = /<!-- purchase:begin -->\s*```bash\n([\s\S]*?)```/.exec(readme)?.[1];
  if (block === undefined) throw new Error('README has no purchase block');
  return block;
}

describe('the purchase by curl alone', () => {
  let dev: DevServer;

  beforeAll(async () => {
    dev = await startDev();
    await addSale(dev.databaseUrl, 'curl-sale');
  });

  afterAll(() => dev.stop());

  it('runs as the README prints it and ends with two tickets, a row in Postgres and an e-mail', async () => {
    const email = 'curl@example.com';
    const { stdout } = await run('bash', ['-euo', 'pipefail', '-c', readmeBlock()], {
      env: {
        ...process.env,
        API: dev.origin,
        STRIPE: dev.stripe,
        EVENT: 'curl-sale',
        EMAIL: email,
      },
      timeout: 60_000,
    });
    const answers = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    const confirmed = answers.at(-2) as {
      status: string;
      tickets: { id: string; seatId: string; code: string }[];
    };
    const booking = answers.at(-1) as {
      bookingId: string;
      total: { amount: number; currency: string };
    };
    expect(confirmed.status).toBe('confirmed');
    expect(confirmed.tickets).toHaveLength(2);
    expect(new Set(confirmed.tickets.map((ticket) => ticket.code)).size).toBe(2);

    connect(dev.databaseUrl);
    const sql = neon(dev.databaseUrl);
    const row = await eventually(async () => {
      const rows =
        await sql`select status, amount, currency from bookings where id = ${booking.bookingId}`;
      return rows[0];
    });
    expect(row).toMatchObject({ status: 'confirmed', currency: booking.total.currency });
    expect(Number(row['amount'])).toBe(booking.total.amount);
    const items =
      await sql`select seat_id from booking_items where booking_id = ${booking.bookingId}`;
    expect(new Set(items.map((item) => item['seat_id']))).toEqual(
      new Set(confirmed.tickets.map((ticket) => ticket.seatId)),
    );

    const mail = await eventually(async () => {
      const answer = await fetch(`${dev.mail}/emails?to=${encodeURIComponent(email)}`);
      const text = await answer.text();
      return text.includes(email) && text.includes(booking.bookingId) ? text : undefined;
    });
    expect(mail).toContain(booking.bookingId);
  });
});
