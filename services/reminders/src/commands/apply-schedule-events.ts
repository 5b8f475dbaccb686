import type { Refusal } from '@punctual/chassis';
import { findContradiction } from '@punctual/chassis/domain';
import { type Arrival, type AssignmentRecord, applyScheduleEvents as decide } from '../domain/assignment.ts';
import { mayRepeat } from '../domain/plan.ts';
import { findAssignments, type RecordStep, saveSteps } from '../persistence/assignments.ts';
import { findSent } from '../persistence/ledger-queries.ts';
import type { RemindersDeps } from './deps.ts';
import { eraseLateTitles } from './erase-titles.ts';
import { flushOutbox } from './flush-outbox.ts';

/**
 * Moves the records of these events' assignments forward, each in one write that plans the
 * reminders of the newest version and suppresses those of older ones. Then flushes their outboxes.
 * Duplicates, and events older than the record, change nothing.
 * @returns refusals of events whose version is known with another event; they change nothing
 */
export async function applyScheduleEvents(
  deps: RemindersDeps,
  arrivals: readonly Arrival[],
): Promise<readonly Refusal[]> {
  const byAssignment = Map.groupBy(arrivals, ({ event }) => event.data.assignmentId);
  const { records, generation } = await moveAll(deps, byAssignment);
  const moved = await eraseLateTitles(deps, records);
  try {
    await flushOutbox(deps, moved, generation);
  } catch (error) {
    // The decisions are stored. A redelivery would decide nothing more, and delay the next events.
    const assignments = moved.map(({ assignmentId }) => assignmentId);
    deps.logger.warn({ err: error, assignments }, 'reminders are planned; the sweep will publish them');
  }
  return refusals(moved, byAssignment);
}

function refusals(records: readonly AssignmentRecord[], byAssignment: Map<string, Arrival[]>): Refusal[] {
  return records.flatMap(({ assignmentId, eventIds }) =>
    (byAssignment.get(assignmentId) ?? []).flatMap(({ event: { id, data } }) => {
      const reason = findContradiction(eventIds, data.scheduleVersion, id);
      return reason === undefined ? [] : [{ id, cause: 'contradiction' as const, reason }];
    }),
  );
}

/**
 * @returns the records afterwards, also unchanged ones: after a crash their outboxes may not be
 *   empty; and the generation of the history that they are of
 */
async function moveAll({ store, rules, now, history }: RemindersDeps, byAssignment: Map<string, Arrival[]>) {
  const ids = [...byAssignment.keys()];
  for (;;) {
    // A restored store first takes over what was published.
    await history.agreed();
    const generation = history.generation();
    const found = new Map((await findAssignments(store, ids)).map((record) => [record.assignmentId, record]));
    const at = now();
    const repeating = [...found.values()].filter(({ assignmentId, version }) =>
      byAssignment
        .get(assignmentId)
        ?.some(({ event }) => event.data.scheduleVersion > version && mayRepeat(event, rules, at)),
    );
    // After the records: a reminder that has left the outbox by now is marked as sent.
    const sent = await findSent(store, repeating);
    const steps = ids.flatMap((id): RecordStep[] => {
      const from = found.get(id);
      const to = decide(from, byAssignment.get(id) ?? [], rules, at, sent.get(id));
      return to === undefined ? [] : [{ from, to }];
    });
    if (history.generation() !== generation) continue;
    for (const { to } of steps) found.set(to.assignmentId, to);
    if (steps.length === 0 || (await saveSteps(store, steps))) return { records: [...found.values()], generation };
    // Another worker has moved one of them, so decide again.
  }
}
