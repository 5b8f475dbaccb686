import type { Queryable, Statement } from '@punctual/chassis/postgres';
import { insertInto, updateOf } from '@punctual/chassis/postgres';
import type { JobState } from '../domain/assignment.ts';
import type { Columns } from './columns.ts';

/** A row of {@link selectJob}. */
export type JobColumns = Columns<JobState>;

export const jobColumns = `id, customer_id, title, description, location_label, location_latitude, location_longitude,
  duration_minutes, reference, metadata, timezone, price_amount_minor, price_currency, status, rejection_policy,
  provider_queue, current_assignment_id, version, created_at, updated_at`;

export function selectJob(id: string): Statement {
  return [`select ${jobColumns} from job where id = ?`, [id]];
}

export function toJob(row: JobColumns): JobState {
  return {
    id: row.id,
    customerId: row.customer_id,
    title: row.title,
    description: row.description,
    locationLabel: row.location_label,
    locationLatitude: row.location_latitude,
    locationLongitude: row.location_longitude,
    durationMinutes: row.duration_minutes,
    reference: row.reference,
    metadata: row.metadata,
    timezone: row.timezone,
    priceAmountMinor: Number(row.price_amount_minor),
    priceCurrency: row.price_currency,
    status: row.status,
    rejectionPolicy: row.rejection_policy,
    providerQueue: row.provider_queue,
    currentAssignmentId: row.current_assignment_id,
    version: row.version,
    createdAt: Temporal.Instant.from(row.created_at),
    updatedAt: Temporal.Instant.from(row.updated_at),
  };
}

/** The id of the provider who has a job now. No row while nobody has it. */
export function selectCurrentProvider(jobId: string): Statement {
  return [
    'select provider_id from assignment where id = (select current_assignment_id from job where job.id = ?)',
    [jobId],
  ];
}

export type Queue = Pick<JobState, 'rejectionPolicy' | 'providerQueue'> & { declinedProviderIds: readonly string[] };

/** Whom a job would invite next, and who was released from it. */
export async function findQueue(database: Queryable, jobId: string): Promise<Queue | null> {
  const [row] = await database.query<Queue>(
    `select rejection_policy as "rejectionPolicy", provider_queue as "providerQueue",
        array(select provider_id from assignment where job_id = job.id and status = 'DECLINED') as "declinedProviderIds"
      from job where id = ?`,
    [jobId],
  );
  return row ?? null;
}

export function insertJob(job: JobState): Statement {
  return insertInto('job', job);
}

/** Changes fields of a job. The database raises its version. */
export function changeJob(id: string, fields: Partial<JobState>): Statement {
  return updateOf('job', id, fields);
}

const texts = ['title', 'description', 'locationLabel', 'reference'] as const;

/** Keeps the texts that somebody else than the customer writes on a job, for their erasure. */
export function keepTexts(job: JobState, fields: Partial<JobState>, personId: string): Statement[] {
  if (personId === job.customerId) return [];
  const written = texts.map((field) => fields[field]).filter((text) => typeof text === 'string');
  return written.map((text) => insertInto('job_text', { jobId: job.id, personId, text }));
}

/** Moves `updatedAt` of the assignments of a job: they show its title. */
export function retitleAssignments(jobId: string, at: Temporal.Instant): Statement {
  return [
    `update assignment set updated_at = greatest(?, updated_at + interval '1 millisecond') where job_id = ?`,
    [at, jobId],
  ];
}

/** What an assignment changes about its job. */
export function assignJob({ id, status, currentAssignmentId, updatedAt }: JobState): Statement {
  return changeJob(id, { status, currentAssignmentId, updatedAt });
}
