import { DomainError } from '@punctual/chassis/domain';
import { readOutbox } from '@punctual/chassis/postgres';
import { type Explanation, explainedItems } from '@punctual/contracts';
import type { Caller } from '../domain/authorize.ts';
import { payoutConsumer } from '../messaging/on-payout-event.ts';
import { reminderConsumer } from '../messaging/on-reminder-event.ts';
import { readLatestItems } from '../persistence/assignments.ts';
import { readCopyVersions } from '../persistence/copies.ts';
import { getAssignment, type QueryDeps } from './get-assignment.ts';

/**
 * What scheduling knows of an assignment, for ops: of each list the latest items.
 * @throws DomainError `forbidden`, `not-found`
 */
export async function explainAssignment(deps: QueryDeps, caller: Caller, id: string): Promise<Explanation> {
  if (!caller.roles.includes('ops')) throw new DomainError('forbidden', 'This is for ops.');
  const em = deps.database.fork();
  const assignment = await getAssignment(deps, caller, id);
  const timeline = await readLatestItems(em, id, explainedItems + 1);
  const outbox = await readOutbox(em, id, explainedItems + 1);
  const copies = await readCopyVersions(em, id);
  return {
    assignmentId: id,
    at: deps.now().toString({ fractionalSecondDigits: 3 }),
    traceIds: [],
    scheduling: {
      assignment,
      timeline: timeline.slice(-explainedItems),
      outbox: outbox.slice(-explainedItems),
      follows: [
        { consumer: reminderConsumer, version: copies.reminders },
        { consumer: payoutConsumer, version: copies.payout },
      ],
      truncated: Math.max(timeline.length, outbox.length) > explainedItems,
    },
    reminders: null,
    payouts: null,
    missing: [],
  };
}
