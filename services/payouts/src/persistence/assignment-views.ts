import type { EntityManager } from '@mikro-orm/postgresql';
import type { AssignmentView } from '../domain/assignment-view.ts';
import { AssignmentViewRow, toView } from './assignment-view-row.ts';

/** What is known of an assignment. */
export async function readAssignmentView(em: EntityManager, assignmentId: string): Promise<AssignmentView> {
  return toView(await em.findOneOrFail(AssignmentViewRow, { assignmentId }, { disableIdentityMap: true }));
}

/** What is known of an assignment, if anything is. */
export async function findAssignmentView(em: EntityManager, assignmentId: string): Promise<AssignmentView | null> {
  const row = await em.findOne(AssignmentViewRow, { assignmentId }, { disableIdentityMap: true });
  return row && toView(row);
}
