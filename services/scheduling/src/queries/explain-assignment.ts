import { readLatestItems, readOutbox } from '@punctual/chassis/postgres';
import { consumers, explainedItems, type ScheduleExplanation } from '@punctual/contracts';
import type { AssignmentCaller } from '../domain/authorize.ts';
import { assignmentTimeline } from '../persistence/assignments.ts';
import { getAssignment, type QueryDeps } from './get-assignment.ts';

/**
 * Returns scheduling's part of the explanation of an assignment: the latest items of each list.
 * @throws DomainError `not-found`
 */
export async function explainAssignment(
  deps: QueryDeps,
  caller: AssignmentCaller,
  id: string,
): Promise<ScheduleExplanation> {
  const { database } = deps;
  const assignment = await getAssignment(deps, caller, id);
  const timeline = await readLatestItems(database, assignmentTimeline, id, explainedItems + 1);
  const outbox = await readOutbox(database, id, explainedItems + 1);
  return {
    assignment,
    timeline: timeline.slice(-explainedItems),
    outbox: outbox.slice(-explainedItems),
    follows: [
      { consumer: consumers.schedulingReminder.durable, version: assignment.reminderSequence ?? 0 },
      { consumer: consumers.schedulingPayout.durable, version: assignment.payoutVersion ?? 0 },
    ],
    truncated: Math.max(timeline.length, outbox.length) > explainedItems,
  };
}
