import { handle, type Route } from '@punctual/chassis';
import { endpoints, explanationParts } from '@punctual/contracts';
import { explainAssignment } from '../queries/explain-assignment.ts';
import { listOpenReminders } from '../queries/list-open-reminders.ts';
import { listReminders } from '../queries/list-reminders.ts';
import { type HealthDeps, measureHealth } from '../queries/measure-health.ts';

/** The service's part of the contract. */
export function createRoutes(deps: HealthDeps): Route[] {
  return [
    handle(endpoints.listReminders, async ({ params, query, caller }) => ({
      body: await listReminders(deps, { assignmentId: params.id, caller, ...query }),
    })),
    handle(explanationParts.reminders, async ({ params }) => ({
      body: await explainAssignment(deps, params.id),
    })),
    handle(endpoints.listOpenReminders, async ({ query }) => ({
      body: { items: await listOpenReminders(deps, query) },
    })),
    handle(endpoints.getRemindersHealth, async () => {
      const health = await measureHealth(deps);
      return { body: health, status: health.status === 'down' ? 503 : 200 };
    }),
  ];
}
