import { currentTraceId, currentTraceparent, outboxInsert } from '@punctual/chassis';
import type { Statement } from '@punctual/chassis/postgres';
import { type CloudEvent, makeEvent } from '@punctual/contracts';
import type { Assignment } from '../domain/assignment.ts';
import type { Change } from '../domain/change.ts';
import type { Decision } from '../domain/decide.ts';
import { formatInstant } from '../domain/format-time.ts';
import { scheduleEventData } from '../domain/schedule-event.ts';
import { timelineItem } from '../domain/timeline-item.ts';
import { insertInto, updateOf } from './statement.ts';

/** What an event needs that the change does not know. */
export type EventDeps = { newId: () => string; linkBase: string };

/**
 * What a decision writes: the assignment, which must be locked, its timeline, its events, and what follows for the job. All of it
 * goes with the commit.
 */
export function writesOf({ changes, job, next }: Decision, deps: EventDeps): Statement[] {
  const [first, last] = [changes.at(0), changes.at(-1)];
  if (!first || !last) throw new Error('A decision without a change.');
  const { jobId } = first.before;
  return [
    ...updateAssignment(first.before, last.after),
    ...changes.map((each) => insertInto('assignment_timeline', toRow(each))),
    outboxInsert(...changes.map((each) => toEvent(each, deps))),
    ...(job ? [updateOf('job', jobId, { ...job, updatedAt: last.at })] : []),
    // After the one before it was released: a job has one open assignment.
    ...(next ? [insertInto('assignment', next)] : []),
  ];
}

function updateAssignment(before: Assignment, after: Assignment): Statement[] {
  const changed = Object.entries(after).filter(([field, value]) => before[field as keyof Assignment] !== value);
  const confirms = after.status === 'CONFIRMED' && before.status !== 'CONFIRMED';
  return [...(confirms ? [queueFor(after)] : []), updateOf('assignment', after.id, Object.fromEntries(changed))];
}

/** Rivals for one provider's time wait here for each other: at the exclusion constraint they would deadlock. */
function queueFor({ providerId }: Assignment): Statement {
  return ['select pg_advisory_xact_lock(hashtextextended(?, 0))', [providerId]];
}

function toRow(change: Change): Record<string, unknown> {
  const { actor, before, after, ...rest } = timelineItem(change, currentTraceId());
  const json = { actor: JSON.stringify(actor), before: JSON.stringify(before), after: JSON.stringify(after) };
  return { assignmentId: change.after.id, ...rest, ...json };
}

function toEvent(change: Change, { newId, linkBase }: EventDeps): CloudEvent {
  return makeEvent({
    id: newId(),
    type: change.type,
    time: formatInstant(change.at),
    sequence: change.after.scheduleVersion,
    assignmentId: change.after.id,
    data: scheduleEventData(change, linkBase),
    traceparent: currentTraceparent(),
  });
}
