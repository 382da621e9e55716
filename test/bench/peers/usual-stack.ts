import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import express from 'express';
import type { Request, RequestHandler } from 'express';
import { Redis } from 'ioredis';
import jwt from 'jsonwebtoken';
import { Server } from 'socket.io';

/**
 * The usual waiting room: Express and Socket.IO in one process, a Redis sorted set for the line. Run as
 * `usual-stack.ts REDIS_PORT SECRET`; it tells its parent the port, and ends with it. `POST /join` and the
 * message `join` take a place, `GET /position` tells it; the message `refresh` has every socket told its own.
 */
const [redisPort, secret = ''] = process.argv.slice(2);
const QUEUE = 'queue';
const redis = new Redis({ port: Number(redisPort), host: '127.0.0.1', enableAutoPipelining: true });

function accountOf(token: string): string {
  const claims = jwt.verify(token, secret);
  if (typeof claims === 'string' || claims.sub === undefined) throw new Error('no account');
  return claims.sub;
}

async function join(account: string): Promise<number | null> {
  await redis.zadd(QUEUE, 'NX', Date.now(), account);
  return redis.zrank(QUEUE, account);
}

const signedIn: RequestHandler = (request, response, next) => {
  try {
    response.locals['account'] = accountOf((request.headers.authorization ?? '').slice(7));
    next();
  } catch {
    response.status(401).json({ code: 'invalid_token' });
  }
};

const app = express();
app.use(express.json());
app.get('/healthz', (_, response) => void response.json({ ok: true }));
app.post('/join', signedIn, async (_: Request, response) => {
  response.json({ place: await join(response.locals['account'] as string) });
});
app.get('/position', signedIn, async (_: Request, response) => {
  response.json({ place: await redis.zrank(QUEUE, response.locals['account'] as string) });
});

const server = createServer(app);
const io = new Server(server, { transports: ['websocket'], perMessageDeflate: false });
io.use((socket, next) => {
  try {
    socket.data = { account: accountOf(String(socket.handshake.query['token'])) };
    next();
  } catch {
    next(new Error('invalid_token'));
  }
});
io.on('connection', (socket) => {
  const { account } = socket.data as { account: string };
  socket.on('join', async () => socket.emit('place', { place: await join(account) }));
});
app.post('/refresh', async (_: Request, response) => {
  await Promise.all(
    [...io.sockets.sockets.values()].map(async (socket) => {
      const { account } = socket.data as { account: string };
      socket.emit('place', { place: await redis.zrank(QUEUE, account) });
    }),
  );
  response.json({ ok: true });
});

process.once('disconnect', () => process.exit(0));
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
