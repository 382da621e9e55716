import { createMiddleware } from 'hono/factory';
import { LIMITS } from '../../durable-objects/protocol/limits.ts';
import type { AppEnv } from '../context.ts';
import { ProblemError } from '../problem.ts';

const JSON_TYPE = /^application\/json\s*(;|$)/i;

/** Where the raw body is signed, so that its type and form are the signer's. */
const RAW = /^\/api\/webhooks\//;

/**
 * Reads the body once, bounded, and parses it before any route sees it. Routes find it in Hono's own
 * cache: a second `Request` around it cost a sixth of a join.
 */
export const jsonBody = createMiddleware<AppEnv>(async (c, next) => {
  const { raw, method, path } = c.req;
  if (method === 'GET' || method === 'HEAD') return next();
  const isJson = JSON_TYPE.test(raw.headers.get('content-type') ?? '');
  const text = await readBounded(raw, isJson);
  if ((method === 'POST' || method === 'PUT') && !RAW.test(path) && text !== '') {
    if (!isJson) throw new ProblemError('unsupported_media_type');
    // Typed as what it resolves to, though Hono keeps and awaits the promise.
    Object.assign(c.req.bodyCache, { json: Promise.resolve(parsed(text)) });
  }
  Object.assign(c.req.bodyCache, { text: Promise.resolve(text) });
  return next();
});

/** With a declared length the transport itself stops there; without one the bytes are counted as they come. */
async function readBounded(request: Request, isJson: boolean): Promise<string> {
  const declared = request.headers.get('content-length');
  if (Number(declared ?? 0) > LIMITS.bodyBytes) throw new ProblemError('body_too_large');
  // The runtime decodes faster than we do, but warns when the type is not text. Asking for `body` first
  // would make a stream of it, for a tenth of a join.
  if (declared !== null && isJson) return request.text();
  if (request.body === null) return '';
  const decoder = new TextDecoder();
  if (declared !== null) return decoder.decode(await request.arrayBuffer());
  let total = 0;
  let text = '';
  for await (const chunk of request.body as ReadableStream<Uint8Array>) {
    total += chunk.length;
    if (total > LIMITS.bodyBytes) throw new ProblemError('body_too_large');
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}

function parsed(text: string): unknown {
  // A body that is not UTF-8 is no JSON (RFC 8259, 8.1); decoding marks what it could not read.
  if (text.includes('\uFFFD')) throw new ProblemError('malformed_json');
  try {
    return JSON.parse(text);
  } catch {
    throw new ProblemError('malformed_json');
  }
}
