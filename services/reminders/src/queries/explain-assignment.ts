import type { Caller } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import type { Explanation } from '@punctual/contracts';
import { scheduleConsumer } from '../messaging/on-schedule-event.ts';
import { findAssignment } from '../persistence/assignments.ts';
import type { Store } from '../persistence/store.ts';
import { listReminders } from './list-reminders.ts';

/**
 * All that reminders knows of an assignment, for ops.
 * @throws DomainError `forbidden`, `not-found` when no event has told of it
 */
export async function explainAssignment(
  deps: { store: Store; now: () => Date },
  { assignmentId, caller }: { assignmentId: string; caller: Caller },
): Promise<Explanation> {
  if (!caller.roles.includes('ops')) throw new DomainError('forbidden', 'This is for ops.');
  const record = await findAssignment(deps.store, assignmentId);
  const reminders = await listReminders(deps, { assignmentId, caller });
  const { version = 0, sequence = 0, outbox = [] } = record ?? {};
  return {
    assignmentId,
    at: deps.now().toISOString(),
    traceIds: [],
    scheduling: null,
    reminders: {
      reminders,
      sequence,
      unpublished: outbox.map(({ type, kind, scheduleVersion, at }) => ({
        type,
        kind,
        scheduleVersion,
        at: at.toISOString(),
      })),
      follows: [{ consumer: scheduleConsumer, version }],
    },
    payouts: null,
    missing: [],
  };
}
