import { call, callUntilAnswered } from './call.ts';

/**
 * Pays an intent as the browser would. Answers what the bank says that it took, minor units, or null when it
 * says no such thing. Asked once more when cut off: an intent that was paid says so and takes nothing twice.
 */
export async function charge(
  world: { stripe: string; until: number },
  intent: { id: string; secret: string },
  card: string,
): Promise<number | null> {
  const form = new URLSearchParams({
    client_secret: intent.secret,
    payment_method: card,
    return_url: 'http://localhost/',
    key: 'pk_test_local',
  });
  const headers = {
    authorization: 'Bearer pk_test_local',
    'content-type': 'application/x-www-form-urlencoded',
  };
  const url = `${world.stripe}/v1/payment_intents/${intent.id}/confirm`;
  const answer = await callUntilAnswered(world.until, () =>
    call(url, 'POST', headers, form.toString()),
  );
  const error = answer.body['error'] as { payment_intent?: unknown } | undefined;
  const known = (error?.payment_intent ?? answer.body) as Record<string, unknown>;
  return known['status'] === 'succeeded' ? Number(known['amount']) : null;
}
