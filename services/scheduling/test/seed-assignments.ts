import { randomUUID } from 'node:crypto';
import { type AssignmentPage, AssignmentStatus } from '@punctual/contracts';
import type { Client } from 'pg';

type Listed = AssignmentPage['items'][number];

/** What a list selects and sorts by. */
export type SeededAssignment = Pick<
  Listed,
  | 'id'
  | 'jobId'
  | 'customerId'
  | 'providerId'
  | 'status'
  | 'scheduledStart'
  | 'scheduledEnd'
  | 'createdAt'
  | 'updatedAt'
>;

export type People = { customers: readonly string[]; providers: readonly string[] };

const day = Date.parse('2026-06-01T00:00:00.000Z');
const hours = 3_600_000;
const sharedJobs = Array.from({ length: 40 }, () => randomUUID());

/**
 * Inserts assignments between these people, most of them of the first provider: with and without a
 * window, with equal times, and with windows from half an hour to 300 days. Proposals do not expire.
 */
export async function seedAssignments(database: Client, people: People, count: number): Promise<SeededAssignment[]> {
  const rows = Array.from({ length: count }, (_, index) => assignmentOf(people, index));
  const jobs = [...new Map(rows.map((row) => [row.jobId, row])).values()];
  await database.query(
    `insert into job (id, customer_id, title, timezone, price_amount_minor, price_currency, status, rejection_policy,
        provider_queue, created_at, updated_at)
      select "jobId", "customerId", 'A tap', 'Europe/Berlin', 100, 'EUR', 'DONE', 'REOPEN_QUOTES', '{}', "createdAt", "createdAt"
        from json_to_recordset($1) as row ("jobId" uuid, "customerId" uuid, "createdAt" timestamptz)
        on conflict do nothing`,
    [JSON.stringify(jobs)],
  );
  await database.query(
    `insert into assignment (id, job_id, customer_id, provider_id, status, scheduled_start, scheduled_end, timezone,
        schedule_version, proposal_expires_at, confirmed_at, reminder_status, price_amount_minor, price_currency,
        created_at, updated_at)
      select id, "jobId", "customerId", "providerId", status, "scheduledStart", "scheduledEnd", 'Europe/Berlin', 1,
          case when status = 'PROPOSED' then '2999-01-01'::timestamptz end, case when status = 'CONFIRMED' then "updatedAt" end,
          'NONE', 100, 'EUR', "createdAt", "updatedAt"
        from json_to_recordset($1) as row (id uuid, "jobId" uuid, "customerId" uuid, "providerId" uuid, status text,
          "scheduledStart" timestamptz, "scheduledEnd" timestamptz, "createdAt" timestamptz, "updatedAt" timestamptz)`,
    [JSON.stringify(rows)],
  );
  return rows;
}

function assignmentOf({ customers, providers }: People, index: number): SeededAssignment {
  const status = AssignmentStatus.options[index % 6] ?? 'UNSCHEDULED';
  const customerId = customers[Math.trunc(index / 6) % customers.length] ?? '';
  const providerId = providers[index % 5 < 3 ? 0 : index % providers.length] ?? '';
  const hasWindow = status !== 'UNSCHEDULED' && status !== 'DECLINED';
  // Confirmed ones of one provider must not overlap.
  const length = status === 'CONFIRMED' ? 2 : [0.5, 3, 24, 14 * 24, index === 10 ? 300 * 24 : 1][index % 5];
  const start = day + index * 2 * hours;
  return {
    id: randomUUID(),
    // Of a job with several assignments, all but one are declined.
    jobId: status === 'DECLINED' ? (sharedJobs[index % sharedJobs.length] ?? '') : randomUUID(),
    customerId,
    providerId,
    status,
    scheduledStart: hasWindow ? new Date(start).toISOString() : null,
    scheduledEnd: hasWindow ? new Date(start + (length ?? 1) * hours).toISOString() : null,
    createdAt: new Date(day + Math.trunc(index / 3) * 1_000).toISOString(),
    updatedAt: new Date(day + ((index * 7919) % 1_000) * 60_000).toISOString(),
  };
}
