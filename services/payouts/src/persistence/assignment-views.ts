import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { type AssignmentView, unknownAssignment } from '../domain/assignment-view.ts';
import { AssignmentViewRow } from './assignment-view-row.ts';

/** What is known of an assignment. */
export async function readAssignmentView(em: EntityManager, assignmentId: string): Promise<AssignmentView> {
  return em.findOneOrFail(AssignmentViewRow, { assignmentId }, { disableIdentityMap: true });
}

/** What is known of an assignment, if anything is. */
export async function findAssignmentView(em: EntityManager, assignmentId: string): Promise<AssignmentView | null> {
  return em.findOne(AssignmentViewRow, { assignmentId }, { disableIdentityMap: true });
}

/** The same, and nobody else adds to it until the transaction ends; also of an assignment that is heard of for the first time. */
export async function lockAssignmentView(em: EntityManager, assignmentId: string): Promise<AssignmentView> {
  await em.upsert(AssignmentViewRow, unknownAssignment(assignmentId), {
    onConflictAction: 'ignore',
    disableIdentityMap: true,
  });
  return em.findOneOrFail(
    AssignmentViewRow,
    { assignmentId },
    { disableIdentityMap: true, lockMode: LockMode.PESSIMISTIC_WRITE },
  );
}

export async function saveAssignmentView(em: EntityManager, view: AssignmentView): Promise<void> {
  await em.nativeUpdate(AssignmentViewRow, { assignmentId: view.assignmentId }, view);
}
