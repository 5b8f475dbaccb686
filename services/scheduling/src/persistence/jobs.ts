import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Job } from '../domain/assignment.ts';
import { JobRow } from './job-row.ts';

const readOnly = { disableIdentityMap: true } as const;

export async function findJob(em: EntityManager, id: string): Promise<Job | null> {
  return em.findOne(JobRow, { id }, readOnly);
}

/** Reads a job as it now is, and lets nobody else change it until the transaction ends. */
export async function lockJob(em: EntityManager, id: string): Promise<Job | null> {
  return em.findOne(JobRow, { id }, { ...readOnly, lockMode: LockMode.PESSIMISTIC_WRITE });
}

export async function insertJob(em: EntityManager, job: Job): Promise<void> {
  await em.insert(JobRow, { ...job, providerQueue: [...job.providerQueue] });
}

/** Writes what an assignment changes about its job. */
export async function assignJob(em: EntityManager, job: Job): Promise<void> {
  const { id, status, currentAssignmentId, updatedAt } = job;
  await em.nativeUpdate(JobRow, { id }, { status, currentAssignmentId, updatedAt });
}
