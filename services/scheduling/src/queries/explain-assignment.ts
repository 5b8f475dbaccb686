import { DomainError } from '@punctual/chassis/domain';
import { readOutbox } from '@punctual/chassis/postgres';
import type { Explanation } from '@punctual/contracts';
import type { Caller } from '../domain/authorize.ts';
import { payoutConsumer } from '../messaging/on-payout-event.ts';
import { reminderConsumer } from '../messaging/on-reminder-event.ts';
import { readCopyVersions } from '../persistence/copies.ts';
import { getAssignment, getTimeline, type QueryDeps } from './get-assignment.ts';

/**
 * All that scheduling knows of an assignment, for ops.
 * @throws DomainError `forbidden`, `not-found`
 */
export async function explainAssignment(deps: QueryDeps, caller: Caller, id: string): Promise<Explanation> {
  if (!caller.roles.includes('ops')) throw new DomainError('forbidden', 'This is for ops.');
  const em = deps.database.fork();
  const assignment = await getAssignment(deps, caller, id);
  const { items: timeline } = await getTimeline(deps, caller, id);
  const copies = await readCopyVersions(em, id);
  return {
    assignmentId: id,
    at: deps.now().toString({ fractionalSecondDigits: 3 }),
    traceIds: [],
    scheduling: {
      assignment,
      timeline,
      outbox: await readOutbox(em, id),
      follows: [
        { consumer: reminderConsumer, version: copies.reminders },
        { consumer: payoutConsumer, version: copies.payout },
      ],
    },
    reminders: null,
    payouts: null,
    missing: [],
  };
}
