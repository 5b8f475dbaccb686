import type { EntityManager } from '@mikro-orm/postgresql';
import { currentTraceId, currentTraceparent, outboxInsert } from '@punctual/chassis';
import { type CloudEvent, makeEvent } from '@punctual/contracts';
import type { Assignment } from '../domain/assignment.ts';
import type { Change } from '../domain/change.ts';
import type { Decision } from '../domain/decide.ts';
import { formatInstant } from '../domain/format-time.ts';
import { scheduleEventData } from '../domain/schedule-event.ts';
import { timelineItem } from '../domain/timeline-item.ts';
import { insertAssignment } from './assignments.ts';
import { insertInto, type Statement, together, updateOf } from './statement.ts';

/** What an event needs that the change does not know. */
export type EventDeps = { newId: () => string; linkBase: string };

/**
 * Writes a decision down, and what goes with it, in one statement: the assignment, which must be locked, its timeline, its events, and
 * what follows for the job.
 */
export async function save(
  em: EntityManager,
  decision: Decision,
  deps: EventDeps,
  alongside: readonly Statement[] = [],
): Promise<void> {
  await em.execute(...together([...writesOf(decision, deps), ...alongside]));
  // On its own: the index that allows one open assignment for a job looks at each row as it comes.
  if (decision.next) await insertAssignment(em, decision.next);
}

/** {@link save} for many assignments at once, none of which invites a next one. */
export async function saveAll(em: EntityManager, decisions: readonly Decision[], deps: EventDeps): Promise<void> {
  if (decisions.length > 0) await em.execute(...together(decisions.flatMap((each) => writesOf(each, deps))));
}

function writesOf({ changes, job }: Decision, deps: EventDeps): Statement[] {
  const [first, last] = [changes.at(0), changes.at(-1)];
  if (!first || !last) throw new Error('A decision without a change.');
  const { jobId } = first.before;
  return [
    updateAssignment(first.before, last.after),
    ...changes.map((each) => insertInto('assignment_timeline', toRow(each))),
    outboxInsert(...changes.map((each) => toEvent(each, deps))),
    ...(job ? [updateOf('job', jobId, { ...job, updatedAt: last.at })] : []),
  ];
}

function updateAssignment(before: Assignment, after: Assignment): Statement {
  const changed = Object.entries(after).filter(([field, value]) => before[field as keyof Assignment] !== value);
  const confirms = after.status === 'CONFIRMED' && before.status !== 'CONFIRMED';
  return updateOf('assignment', after.id, Object.fromEntries(changed), confirms ? inQueueOf(after) : undefined);
}

/** Rivals for one provider's time wait here for each other: at the exclusion constraint they would deadlock. */
function inQueueOf({ providerId }: Assignment): Statement {
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
