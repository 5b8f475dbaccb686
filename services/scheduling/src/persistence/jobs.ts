import { LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Statement } from '@punctual/chassis/postgres';
import type { Job } from '../domain/assignment.ts';
import { JobRow } from './job-row.ts';
import { insertInto, updateOf } from './statement.ts';

const readOnly = { disableIdentityMap: true } as const;

export async function findJob(em: EntityManager, id: string): Promise<Job | null> {
  return em.findOne(JobRow, { id }, readOnly);
}

/** Reads a job as it now is, and lets nobody else change it until the transaction ends. */
export async function lockJob(em: EntityManager, id: string): Promise<Job | null> {
  return em.findOne(JobRow, { id }, { ...readOnly, lockMode: LockMode.PESSIMISTIC_WRITE });
}

export type Queue = Pick<Job, 'rejectionPolicy' | 'providerQueue'> & { declinedProviderIds: readonly string[] };

/** Whom a job would invite next, and who was released from it. */
export async function findQueue(em: EntityManager, jobId: string): Promise<Queue | null> {
  const [row] = await em.execute<Queue[]>(
    `select rejection_policy as "rejectionPolicy", provider_queue as "providerQueue",
        array(select provider_id from assignment where job_id = job.id and status = 'DECLINED') as "declinedProviderIds"
      from job where id = ?`,
    [jobId],
  );
  return row ?? null;
}

export function insertJob(job: Job): Statement {
  return insertInto('job', { ...job, providerQueue: `{${job.providerQueue.join(',')}}` });
}

/** What an assignment changes about its job. */
export function assignJob({ id, status, currentAssignmentId, updatedAt }: Job): Statement {
  return updateOf('job', id, { status, currentAssignmentId, updatedAt });
}
