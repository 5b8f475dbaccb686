import { untilAtMost } from '../replay/until-at-most.ts';
import type { Plan, PlannedAggregate, RestoredDatabase } from './plan-of.ts';

/**
 * Allows a service to carry out its plan, and yields each aggregate once the service has reconciled
 * it.
 * @param reason for the timelines, such as the incident
 * @throws Error when the service makes no progress. It goes on when it is up, without a second
 *   approval.
 */
export async function* reconcile(
  database: RestoredDatabase,
  plan: Plan,
  reason: string,
): AsyncGenerator<PlannedAggregate> {
  await database.approve(reason);
  let left = plan.aggregates;
  while (left.length > 0) {
    await untilAtMost(left.length - 1, database.countWaiting).catch((error: Error) => {
      throw new Error(`${error.message} Is the service up? It goes on when it is (docs/runbook.md).`);
    });
    const waiting = new Set((await database.readPlan())?.aggregates.map(({ id }) => id));
    yield* left.filter(({ id }) => !waiting.has(id));
    left = left.filter(({ id }) => waiting.has(id));
  }
}
