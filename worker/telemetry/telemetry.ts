import type { Telemetry } from '../../durable-objects/protocol/ports.ts';
import type { Env } from '../env.ts';
import { log } from './log.ts';

/** Events of the sale as one JSON line and one Analytics Engine point each. */
export function saleTelemetry(env: Env): Telemetry {
  return {
    record(event) {
      log({ ...event });
      env.METRICS?.writeDataPoint({
        indexes: [event.eventId],
        blobs: [event.name, event.eventId],
        doubles: [event.count ?? 1, event.durationMs ?? 0],
      });
    },
  };
}

/** A request's point: which route, how it ended, how long it took. */
export function requestPoint(
  env: Env,
  point: { route: string; status: number; durationMs: number },
): void {
  env.METRICS?.writeDataPoint({
    indexes: [point.route],
    blobs: ['request', point.route, String(point.status)],
    doubles: [1, point.durationMs],
  });
}
