import { entryOf } from '../domain/outbox-entry.ts';
import { type BulkDecision, findAssignments, noteOverdue } from '../persistence/assignments.ts';
import { findLate } from '../persistence/ledger-queries.ts';
import type { RemindersDeps } from './deps.ts';
import { flushOutbox } from './flush-outbox.ts';

const batchSize = 1_000;

/** Reports each reminder that is later than the grace once. It is still to be sent. */
export async function reportOverdue(deps: RemindersDeps): Promise<void> {
  const generation = deps.history.generation();
  const now = deps.now();
  const late = await findLate(deps.store, now.subtract({ milliseconds: deps.graceMs }), batchSize);
  const alike = Map.groupBy(late, ({ scheduleVersion, kind }) => `${scheduleVersion}:${kind}`);
  const decisions = [...alike.values()].flatMap((group): BulkDecision[] => {
    const [first] = group;
    if (first === undefined) return [];
    const { scheduleVersion, kind } = first;
    const entry = entryOf('reminder.overdue', scheduleVersion, kind, { now, traceparent: null });
    return [{ assignmentIds: group.map((row) => row.assignmentId), scheduleVersion, kind, entry }];
  });
  await noteOverdue(deps.store, decisions);
  const records = await findAssignments(deps.store, [...new Set(late.map((row) => row.assignmentId))]);
  await flushOutbox(deps, records, generation, late);
}
