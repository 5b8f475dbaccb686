import type { EntityManager } from '@mikro-orm/postgresql';
import type { AssignmentView } from '../domain/assignment-view.ts';
import { AssignmentViewRow } from './assignment-view-row.ts';

/** What is known of an assignment. */
export async function readAssignmentView(em: EntityManager, assignmentId: string): Promise<AssignmentView> {
  return em.findOneOrFail(AssignmentViewRow, { assignmentId }, { disableIdentityMap: true });
}

/** What is known of an assignment, if anything is. */
export async function findAssignmentView(em: EntityManager, assignmentId: string): Promise<AssignmentView | null> {
  return em.findOne(AssignmentViewRow, { assignmentId }, { disableIdentityMap: true });
}
