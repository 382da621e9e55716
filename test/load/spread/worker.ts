import product, { EventSale as Sale, WaitingRoom as Room } from '../../../worker/index.ts';
import type { SpreadEnv } from './door.ts';
import { spread } from './namespace.ts';

export { Door } from './door.ts';

/** The product's EventSale, which finds waiting rooms in other processes. */
export class EventSale extends Sale {
  constructor(ctx: DurableObjectState, env: SpreadEnv) {
    super(ctx, spread(env));
  }
}

/** The product's WaitingRoom, which finds its parent and its like in other processes. */
export class WaitingRoom extends Room {
  constructor(ctx: DurableObjectState, env: SpreadEnv) {
    super(ctx, spread(env));
  }
}

/** The product as it is, in one of several processes that share its objects among them. */
export default {
  fetch: (request, env, ctx) => product.fetch(request, spread(env), ctx),
} satisfies ExportedHandler<SpreadEnv>;
