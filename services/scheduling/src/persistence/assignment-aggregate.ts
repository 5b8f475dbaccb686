import { type Aggregate, type Statement, saveChanges, updateOf } from '@punctual/chassis/postgres';
import type { AssignmentState } from '../domain/assignment.ts';
import type { AcceptedChange } from '../domain/change.ts';
import type { Decision } from '../domain/decide.ts';
import { timelineFields } from '../domain/present.ts';
import { scheduleEventData } from '../messaging/events.ts';
import { toRow } from './assignment-columns.ts';

/** What an event needs that the change does not know. */
export type EventDeps = { newId: () => string; linkBase: string };

const assignments: Aggregate<AssignmentState, AcceptedChange, EventDeps> = {
  table: 'assignment',
  timeline: { table: 'assignment_timeline', key: 'assignmentId' },
  idOf: ({ id }) => id,
  versionOf: ({ scheduleVersion }) => scheduleVersion,
  toRow,
  timelineFields,
  event: (change, { linkBase }) => ({ assignmentId: change.after.id, data: scheduleEventData(change, linkBase) }),
  // Rivals for one provider's time wait here for each other. At the exclusion constraint they would
  // deadlock.
  writesBefore: (saved) =>
    saved
      .filter(({ before, after }) => after.status === 'CONFIRMED' && before?.status !== 'CONFIRMED')
      .map(({ after }) => ['select pg_advisory_xact_lock(hashtextextended(?, 0))', [after.providerId]]),
};

/**
 * The statements that save decisions: each assignment, which must be locked, its timeline, its
 * events, and what follows for the job.
 */
export function saveDecisions(decisions: readonly Decision[], deps: EventDeps): Statement[] {
  return [
    ...saveChanges(
      assignments,
      decisions.flatMap(({ changes }) => changes),
      deps,
    ),
    ...decisions.flatMap(saveJob),
    // After the one before it was released: a job has one open assignment.
    ...saveChanges(
      assignments,
      decisions.flatMap(({ next }) => next ?? []),
      deps,
    ),
  ];
}

/** The statements that save a new assignment. `givenByCustomer` never changes. */
export function saveAssigned(change: AcceptedChange, givenByCustomer: boolean, deps: EventDeps): Statement[] {
  const given = { ...assignments, toRow: (assignment: AssignmentState) => ({ ...toRow(assignment), givenByCustomer }) };
  return saveChanges(given, [change], deps);
}

function saveJob({ changes, job }: Decision): Statement[] {
  const last = changes.at(-1);
  return last && job ? [updateOf('job', last.after.jobId, { ...job, updatedAt: last.at })] : [];
}
