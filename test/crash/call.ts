/** What a buyer heard: a status with its body, or nothing (cut off, refused, too late). */
export type Heard =
  | { heard: true; status: number; body: Record<string, unknown> }
  | { heard: false };

const PATIENCE_MS = 10_000;

/** One request; whatever goes wrong on the way is "nothing heard". */
export async function call(
  url: string,
  method: 'GET' | 'POST' | 'PUT' | 'DELETE',
  headers: Readonly<Record<string, string>>,
  body?: string,
): Promise<Heard> {
  try {
    const answer = await fetch(url, {
      method,
      headers,
      signal: AbortSignal.timeout(PATIENCE_MS),
      ...(body === undefined ? {} : { body }),
    });
    const text = await answer.text();
    const parsed: unknown = text === '' ? {} : JSON.parse(text);
    return { heard: true, status: answer.status, body: parsed as Record<string, unknown> };
  } catch {
    return { heard: false };
  }
}

/** Repeats until there is an answer that is neither "later" (429) nor a failure of the server (5xx). */
export async function callUntilAnswered(
  until: number,
  ask: () => Promise<Heard>,
): Promise<{ status: number; body: Record<string, unknown> }> {
  for (;;) {
    const heard = await ask();
    if (heard.heard && heard.status < 500 && heard.status !== 429) return heard;
    if (Date.now() > until)
      throw new Error(`no answer in time: ${heard.heard ? JSON.stringify(heard.body) : 'silence'}`);
    await pause(100 + Math.random() * 300);
  }
}

/** Resolves after `durationMs`. */
export function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
