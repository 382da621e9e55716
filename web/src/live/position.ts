import type { FanPosition } from '../../../durable-objects/protocol/queue-rpc.ts';
import type { Position } from '../api/types.ts';
import type { AdmissionPass } from './state.ts';

/** The API's answer in the form of the live messages. */
export function fromAnswer(answer: Position): {
  position: FanPosition;
  admission: AdmissionPass | null;
} {
  return {
    position: {
      status: answer.status,
      place: answer.place,
      order: answer.order,
      ahead: answer.ahead,
      etaSeconds: answer.etaSeconds,
      pollMs: answer.pollMs,
      joinedAt: Date.parse(answer.joinedAt),
      receipt: answer.ticket,
      claimUntil: answer.claimUntil === null ? null : Date.parse(answer.claimUntil),
      admission: null,
    },
    admission:
      answer.admissionToken !== undefined && answer.admittedUntil !== undefined
        ? { token: answer.admissionToken, until: Date.parse(answer.admittedUntil) }
        : null,
  };
}
