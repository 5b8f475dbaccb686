import type { EntityManager } from '@mikro-orm/postgresql';
import type { Assignment as AssignmentBody } from '@punctual/contracts';
import { actions, noSurroundings } from '../domain/actions.ts';
import type { Assignment } from '../domain/assignment.ts';
import type { Caller } from '../domain/authorize.ts';
import { presentAssignment } from '../domain/present.ts';
import { surroundingsOf } from '../persistence/assignments.ts';

/** Assignments as the caller sees them, each with what they may do now. */
export async function viewAssignments(
  em: EntityManager,
  assignments: readonly Assignment[],
  caller: Caller,
  now: Temporal.Instant,
): Promise<AssignmentBody[]> {
  const surroundings = await surroundingsOf(em, assignments);
  return assignments.map((each) =>
    presentAssignment(each, actions(each, caller, now, surroundings.get(each.id) ?? noSurroundings)),
  );
}

/** {@link viewAssignments} of one. */
export async function viewAssignment(
  em: EntityManager,
  assignment: Assignment,
  caller: Caller,
  now: Temporal.Instant,
): Promise<AssignmentBody> {
  const surroundings = (await surroundingsOf(em, [assignment])).get(assignment.id) ?? noSurroundings;
  return presentAssignment(assignment, actions(assignment, caller, now, surroundings));
}
