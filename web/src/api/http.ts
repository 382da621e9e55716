import { learnServerTime } from './clock.ts';
import { localProblem, readProblem, type Answer } from './problem.ts';

/** One call. */
export interface Call {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  body?: unknown;
  token?: string | null;
  headers?: Readonly<Record<string, string>>;
  /** Ends the call, ms; 20 s unless told. */
  timeoutMs?: number;
  /** Lets the call outlive the page. */
  keepalive?: boolean;
}

/** Makes one call and reads its JSON. Never throws: no network and no answer in time are problems too. */
export async function http<Data>(call: Call): Promise<Answer<Data>> {
  const startedAt = Date.now();
  let response: Response;
  try {
    response = await fetch(call.path, {
      method: call.method,
      headers: {
        accept: 'application/json',
        ...(call.body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(call.token ? { authorization: `Bearer ${call.token}` } : {}),
        ...call.headers,
      },
      ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
      signal: AbortSignal.timeout(call.timeoutMs ?? 20_000),
      keepalive: call.keepalive ?? false,
    });
  } catch (error) {
    const late = error instanceof DOMException && error.name === 'TimeoutError';
    return { ok: false, problem: localProblem(late ? 'timeout' : 'offline', String(error)) };
  }
  const tookMs = Date.now() - startedAt;
  learnServerTime(Date.parse(response.headers.get('date') ?? '') + 500, 500 + tookMs / 2);
  if (!response.ok) return { ok: false, problem: await readProblem(response) };
  if (response.status === 204) return { ok: true, data: undefined as Data };
  try {
    return { ok: true, data: (await response.json()) as Data };
  } catch {
    return { ok: false, problem: localProblem('bad_answer', 'The answer was not JSON.') };
  }
}
