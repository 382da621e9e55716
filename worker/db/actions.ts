import { sql } from 'drizzle-orm';
import type { ActionBook } from '../../durable-objects/protocol/ports.ts';
import type { Database } from './database.ts';

/** Copies what organisers did into the audit log: each once, however often it is sent. */
export function postgresActions(db: Database): ActionBook {
  return {
    async file(eventId, actions) {
      const rows = actions.map(({ seq, at, actor, deed, subject, why, requestId, details }) => ({
        command_id: `${eventId}:action:${seq}`,
        at: new Date(at).toISOString(),
        actor,
        action: `organiser.${deed}`,
        subject,
        details: { ...details, why, requestId },
      }));
      await db.execute(sql`
WITH input AS (
  SELECT * FROM jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) AS x(
    command_id text, at timestamptz, actor text, action text, subject text, details jsonb)
), fresh AS (
  INSERT INTO processed_commands (id) SELECT command_id FROM input ON CONFLICT DO NOTHING RETURNING id
)
INSERT INTO audit_log (at, actor, action, event_id, subject, details)
SELECT at, actor, action, ${eventId}, subject, details
FROM input JOIN fresh ON fresh.id = input.command_id ORDER BY at`);
    },
  };
}
