import { createServer } from 'node:net';
import type { AddressInfo, Server } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { HttpPool } from '../../load/http-pool.ts';

const LOOK = { method: 'GET', path: '/', headers: {} } as const;
const open: Server[] = [];

/** A server whose connections end at their request number `fatal` (from 1); 0: never. */
async function serverThatDrops(fatal: (connection: number) => number): Promise<number> {
  let connections = 0;
  const server = createServer((socket) => {
    const connection = ++connections;
    let requests = 0;
    socket.on('error', () => undefined);
    socket.on('data', () => {
      requests += 1;
      if (requests === fatal(connection)) socket.destroy();
      else socket.write(`HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n${connection}`);
    });
  });
  open.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(() => {
  for (const server of open.splice(0)) server.close();
});

describe('a pool of connections', () => {
  test('asks once more on a new one what was lost on one that had been used', async () => {
    const pool = new HttpPool(await serverThatDrops((connection) => (connection === 1 ? 2 : 0)), 1);
    expect((await pool.ask(LOOK)).body).toBe('1');
    expect((await pool.ask(LOOK)).body).not.toBe('1');
    pool.close();
  });

  test('tells what is lost on a new one', async () => {
    const pool = new HttpPool(await serverThatDrops(() => 1), 1);
    await expect(pool.ask(LOOK)).rejects.toThrow('connection closed');
    pool.close();
  });
});
