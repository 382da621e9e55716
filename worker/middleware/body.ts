import { createMiddleware } from 'hono/factory';
import { LIMITS } from '../../durable-objects/protocol/limits.ts';
import type { AppEnv } from '../context.ts';
import { ProblemError } from '../problem.ts';

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** Where the raw body is signed, so that its type and form are the signer's. */
const RAW = /^\/api\/webhooks\//;

/**
 * Reads the body once, counting while it streams in (a `content-length` may lie), and checks that it is
 * JSON before any route sees it.
 */
export const jsonBody = createMiddleware<AppEnv>(async (c, next) => {
  const { raw, method, path } = c.req;
  if (method === 'GET' || method === 'HEAD') return next();
  const bytes = await readBounded(raw);
  const rawBody = RAW.test(path);
  if (method === 'POST' && !rawBody) {
    if (!JSON_TYPE.test(c.req.header('content-type') ?? '') && bytes.length > 0) {
      throw new ProblemError('unsupported_media_type');
    }
    if (bytes.length > 0 && !isJson(bytes)) throw new ProblemError('malformed_json');
  }
  c.req.raw = new Request(raw, { method, body: bytes.length === 0 ? null : bytes });
  return next();
});

async function readBounded(request: Request): Promise<Uint8Array<ArrayBuffer>> {
  if (Number(request.headers.get('content-length') ?? 0) > LIMITS.bodyBytes) {
    throw new ProblemError('body_too_large');
  }
  const chunks: Uint8Array[] = [];
  let total = 0;
  if (request.body) {
    for await (const chunk of request.body as ReadableStream<Uint8Array>) {
      total += chunk.length;
      if (total > LIMITS.bodyBytes) throw new ProblemError('body_too_large');
      chunks.push(chunk);
    }
  }
  const bytes = new Uint8Array(total);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.length;
  }
  return bytes;
}

function isJson(bytes: Uint8Array): boolean {
  try {
    JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
    return true;
  } catch {
    return false;
  }
}
