import { EventSaleObject } from '../durable-objects/event-sale.ts';
import type { OrganiserPorts, SalePorts } from '../durable-objects/protocol/ports.ts';
import { createApp } from './app.ts';
import { reconcileSales } from './cron.ts';
import type { Env } from './env.ts';
import { salePorts } from './services.ts';

export { WaitingRoom } from '../durable-objects/waiting-room.ts';

/** The EventSale with the real outside world. */
export class EventSale extends EventSaleObject<Env> {
  protected override createPorts(env: Env): SalePorts & OrganiserPorts {
    return salePorts(env);
  }
}

const app = createApp();

export default {
  fetch: app.fetch,
  async scheduled(controller, env) {
    await reconcileSales(env, controller.scheduledTime);
  },
} satisfies ExportedHandler<Env>;
