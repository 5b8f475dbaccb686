import type { Queryable } from '@punctual/chassis/postgres';
import type { Assignment as AssignmentBody } from '@punctual/contracts';
import { actions, noSurroundings } from '../domain/actions.ts';
import type { AssignmentState } from '../domain/assignment.ts';
import type { AssignmentCaller } from '../domain/authorize.ts';
import { presentAssignment } from '../domain/present.ts';
import { surroundingsOf } from '../persistence/assignments.ts';

/** Presents assignments to the caller, each with what they may do now. */
export async function viewAssignments(
  database: Queryable,
  assignments: readonly AssignmentState[],
  caller: AssignmentCaller,
  now: Temporal.Instant,
): Promise<AssignmentBody[]> {
  const surroundings = await surroundingsOf(database, assignments);
  return assignments.map((each) =>
    presentAssignment(each, actions(each, caller, now, surroundings.get(each.id) ?? noSurroundings)),
  );
}

/** {@link viewAssignments} of one. */
export async function viewAssignment(
  database: Queryable,
  assignment: AssignmentState,
  caller: AssignmentCaller,
  now: Temporal.Instant,
): Promise<AssignmentBody> {
  const surroundings = (await surroundingsOf(database, [assignment])).get(assignment.id) ?? noSurroundings;
  return presentAssignment(assignment, actions(assignment, caller, now, surroundings));
}
