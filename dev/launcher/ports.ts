import { createServer } from 'node:net';
import { PORTS, type Options, type PortName } from './options.ts';

/**
 * Says which of the named ports are taken, one sentence each. The IPv6 loopback counts too: a server
 * there would answer a browser that asks for `localhost`.
 */
export async function busyPorts(
  names: readonly PortName[],
  ports: Options['ports'],
): Promise<readonly string[]> {
  const sentences: string[] = [];
  for (const name of names) {
    const port = ports[name];
    if ((await isFree(port, '127.0.0.1')) && (await isFree(port, '::1'))) continue;
    sentences.push(
      `Port ${port} (${PORTS[name].what}) is busy. Free it, or choose another: ${name}=${port + 1} npm run dev`,
    );
  }
  return sentences;
}

function isFree(port: number, host: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', (error: NodeJS.ErrnoException) => {
      // A machine without IPv6 has nothing listening there.
      resolve(error.code !== 'EADDRINUSE' && error.code !== 'EACCES');
    });
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}
