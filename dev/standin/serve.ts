import type { AddressInfo } from 'node:net';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Env, Hono, Schema } from 'hono';

/** Hono environment of a stand-in: gives the routes Node's own request and response. */
export interface StandinEnv {
  Bindings: HttpBindings;
}

/** A stand-in that listens. `close` ends open connections and frees the port. */
export interface Listening {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `app` on 127.0.0.1. Port 0 picks a free port. The address names `localhost`, as the
 * configuration does. Rejects with Node's error (`EADDRINUSE`) when the port is taken.
 */
export function serveStandin<E extends Env, S extends Schema, B extends string>(
  app: Hono<E, S, B>,
  port: number,
): Promise<Listening> {
  const server = createAdaptorServer({ fetch: app.fetch });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => {
      const bound = (server.address() as AddressInfo).port;
      resolve({
        url: `http://localhost:${bound}`,
        port: bound,
        close: () =>
          new Promise((done) => {
            server.close(() => done());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      });
    });
  });
}

/** Cuts the connection without an answer: what a client sees when a server dies under it. */
export function hangUp(bindings: HttpBindings): Response {
  bindings.outgoing.destroy();
  // The adapter wants a response; nobody reads it, for the socket is gone.
  return new Response(null, { status: 500 });
}
