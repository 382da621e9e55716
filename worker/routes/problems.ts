import { ERRORS } from '../../durable-objects/protocol/errors.ts';
import type { ErrorCode } from '../../durable-objects/protocol/errors.ts';
import { problem } from '../schemas/common.ts';

/** Codes that any route may answer. */
const ANYWHERE: readonly ErrorCode[] = ['rate_limited', 'unavailable', 'internal'];
/** Codes of routes behind a bearer token. */
export const BEARER: readonly ErrorCode[] = ['unauthorized', 'token_expired', 'invalid_token'];
/** Codes of routes with a JSON body. */
export const BODY: readonly ErrorCode[] = [
  'invalid_request',
  'malformed_json',
  'body_too_large',
  'unsupported_media_type',
];

/** The failures of a route for OpenAPI: one entry per status that names its codes. */
export function problems(...codes: readonly ErrorCode[]) {
  const byStatus = new Map<number, ErrorCode[]>();
  for (const code of [...codes, ...ANYWHERE]) {
    const [status] = ERRORS[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), code]);
  }
  const entries = [...byStatus].map(([status, names]) => [
    status,
    {
      description: names.map((name) => `\`${name}\``).join(', '),
      content: { 'application/problem+json': { schema: problem } },
    },
  ]);
  return Object.fromEntries(entries) as object;
}

/** Security of routes behind a bearer token, for OpenAPI. */
export const bearerAuth = [{ bearer: [] }];

/** A JSON body or answer of this schema, for OpenAPI. */
export function json<Schema>(schema: Schema, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** A required JSON body of this schema. */
export function body<Schema>(schema: Schema) {
  return { body: { content: { 'application/json': { schema } }, required: true } };
}
