import type { Caller } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import { type Explanation, explainedItems } from '@punctual/contracts';
import { scheduleConsumer } from '../messaging/on-schedule-event.ts';
import { findAssignment } from '../persistence/assignments.ts';
import { latestRows } from '../persistence/ledger.ts';
import type { Store } from '../persistence/store.ts';
import { noSuchReminders, toReminder } from './list-reminders.ts';

/**
 * What reminders knows of an assignment, for ops: of each list the latest items.
 * @throws DomainError `forbidden`, `not-found` when no event has told of it
 */
export async function explainAssignment(
  deps: { store: Store; now: () => Date },
  { assignmentId, caller }: { assignmentId: string; caller: Caller },
): Promise<Explanation> {
  if (!caller.roles.includes('ops')) throw new DomainError('forbidden', 'This is for ops.');
  const record = await findAssignment(deps.store, assignmentId);
  if (!record) throw noSuchReminders(assignmentId);
  const { version, sequence, outbox } = record;
  const rows = await latestRows(deps.store, assignmentId, explainedItems + 1);
  return {
    assignmentId,
    at: deps.now().toISOString(),
    traceIds: [],
    scheduling: null,
    reminders: {
      reminders: rows.slice(-explainedItems).map(toReminder),
      sequence,
      unpublished: outbox.slice(-explainedItems).map(({ type, kind, scheduleVersion, at }) => ({
        type,
        kind,
        scheduleVersion,
        at: at.toISOString(),
      })),
      follows: [{ consumer: scheduleConsumer, version }],
      truncated: Math.max(rows.length, outbox.length) > explainedItems,
    },
    payouts: null,
    missing: [],
  };
}
