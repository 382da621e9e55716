import { Stripe } from 'stripe';
import type { Call, Context } from './context.ts';
import { seconds } from './context.ts';
import { badParameter, resourceMissing } from './errors.ts';
import { newId } from './ids.ts';
import { createdFilter, page } from './lists.ts';
import { allowOnly, flag, list, text } from './params.ts';
import type { Store, StoredEvent } from './state.ts';

/** The events that the stand-in sends. */
export type StripeEventName =
  | 'charge.failed'
  | 'charge.refund.updated'
  | 'charge.refunded'
  | 'charge.succeeded'
  | 'payment_intent.canceled'
  | 'payment_intent.created'
  | 'payment_intent.payment_failed'
  | 'payment_intent.processing'
  | 'payment_intent.requires_action'
  | 'payment_intent.succeeded'
  | 'refund.created'
  | 'refund.failed'
  | 'refund.updated';

/** The object that an event of this type carries, by the `stripe` package's types. */
export type StripeEventObject<T extends StripeEventName> = Extract<
  Stripe.Event,
  { type: T }
>['data']['object'];

/** Records an event with the object as it is now; `pending_webhooks` comes from its delivery. */
export function recordEvent<T extends StripeEventName>(
  context: Pick<Context, 'now' | 'store'>,
  type: T,
  object: StripeEventObject<T>,
  cause: Pick<Call, 'idempotencyKey' | 'requestId'> | null,
): StoredEvent {
  const event = {
    id: newId('evt'),
    object: 'event',
    api_version: Stripe.API_VERSION,
    created: seconds(context.now()),
    data: { object },
    livemode: false,
    pending_webhooks: 0,
    request: { id: cause?.requestId ?? null, idempotency_key: cause?.idempotencyKey ?? null },
    type,
  } satisfies StoredEvent;
  return context.store.event.put(event);
}

/** The event as an answer or a webhook's payload. */
export function renderEvent(store: Store, event: StoredEvent): StoredEvent {
  const delivery = store.delivery.get(event.id);
  const pending = delivery !== undefined && delivery.state !== 'delivered';
  return { ...event, pending_webhooks: pending ? 1 : 0 };
}

/** `GET /v1/events/:id` */
export function retrieveEvent(context: Context, call: Call): StoredEvent {
  const event = context.store.event.get(call.id);
  if (event === undefined) throw resourceMissing('event', call.id, 'id');
  return renderEvent(context.store, event);
}

function typeMatcher(call: Call): (type: string) => boolean {
  const type = text(call.form, 'type');
  const types = list(call.form, 'types');
  if (type !== undefined && types !== undefined) {
    throw badParameter('You may only specify one of these parameters: type, types.', 'type');
  }
  const wanted = types ?? (type === undefined ? [] : [type]);
  if (wanted.length === 0) return () => true;
  return (actual) =>
    wanted.some((name) =>
      name.endsWith('*') ? actual.startsWith(name.slice(0, -1)) : actual === name,
    );
}

/** `GET /v1/events`, newest first: `type`, `types[]`, `delivery_success`, `created`, paging. */
export function listEvents(context: Context, call: Call): Stripe.ApiList<StoredEvent> {
  allowOnly(call.form, [
    'created',
    'delivery_success',
    'ending_before',
    'limit',
    'starting_after',
    'type',
    'types',
  ]);
  const matches = typeMatcher(call);
  const created = createdFilter(call.form);
  const deliverySuccess = flag(call.form, 'delivery_success');
  const { store } = context;
  return page(call, 'event', store.event, (event) => {
    if (!matches(event.type) || !created(event.created)) return undefined;
    const rendered = renderEvent(store, event);
    if (deliverySuccess !== undefined && (rendered.pending_webhooks === 0) !== deliverySuccess) {
      return undefined;
    }
    return rendered;
  });
}
