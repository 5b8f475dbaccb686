import type { Assignment } from '../domain/assignment.ts';

// What one assignment is read by, without the mapper: half of the cost of reading it (ADR 0009).

/** A row of {@link assignmentColumns}: times as text, as the mapper has the driver leave them. */
export type AssignmentColumns = {
  [Field in keyof Assignment as Snake<Field>]: Stored<Assignment[Field]>;
} & { proposer_id: string | null };

export const assignmentColumns = `id, job_id, customer_id, provider_id, status, scheduled_start, scheduled_end, timezone,
  schedule_proposed_by, schedule_version, schedule_notes, proposal_expires_at, confirmed_at, rejected_at, reject_reason,
  disputed_at, reminder_status, reminder_last_sent_at, payout_status, payout_approved_by, payout_approved_at,
  price_amount_minor, price_currency, created_at, updated_at`;

/**
 * Who made the open proposal: while one is open, it is the latest version. From the timeline, which every release has written, since
 * `schedule_proposed_by` knows the side only.
 */
export const proposerOf = (table: string): string =>
  `case when ${table}.status = 'PROPOSED' then (select actor ->> 'id' from assignment_timeline latest
    where latest.assignment_id = ${table}.id and latest.version = ${table}.schedule_version) end as proposer_id`;

/** The sides that have disputed it, from the timeline: `disputed_at` knows the first dispute only. Null without any. */
export const disputersOf = (table: string): string =>
  `case when ${table}.disputed_at is not null then (select json_agg(actor ->> 'role') from assignment_timeline dispute
    where dispute.assignment_id = ${table}.id and dispute.type = 'schedule.disputed') end as disputed_by`;

/** An assignment by its own id, or the one that has a job now. */
export type AssignmentRef = { id: string } | { currentOfJob: string };

export function selectAssignment(ref: AssignmentRef): [sql: string, parameters: unknown[]] {
  const select = `select ${assignmentColumns}, ${proposerOf('assignment')} from assignment where id =`;
  if ('id' in ref) return [`${select} ?`, [ref.id]];
  return [`${select} (select current_assignment_id from job where job.id = ?)`, [ref.currentOfJob]];
}

export function toAssignment(row: AssignmentColumns): Assignment {
  return {
    id: row.id,
    jobId: row.job_id,
    customerId: row.customer_id,
    providerId: row.provider_id,
    status: row.status,
    scheduledStart: optional(row.scheduled_start),
    scheduledEnd: optional(row.scheduled_end),
    timezone: row.timezone,
    scheduleProposedBy: row.schedule_proposed_by,
    scheduleVersion: row.schedule_version,
    scheduleNotes: row.schedule_notes,
    proposalExpiresAt: optional(row.proposal_expires_at),
    confirmedAt: optional(row.confirmed_at),
    rejectedAt: optional(row.rejected_at),
    rejectReason: row.reject_reason,
    disputedAt: optional(row.disputed_at),
    reminderStatus: row.reminder_status,
    reminderLastSentAt: optional(row.reminder_last_sent_at),
    payoutStatus: row.payout_status,
    payoutApprovedBy: row.payout_approved_by,
    payoutApprovedAt: optional(row.payout_approved_at),
    priceAmountMinor: Number(row.price_amount_minor),
    priceCurrency: row.price_currency,
    createdAt: Temporal.Instant.from(row.created_at),
    updatedAt: Temporal.Instant.from(row.updated_at),
  };
}

type Snake<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Uppercase<First> ? `_${Lowercase<First>}` : First}${Snake<Rest>}`
  : '';

type Stored<Value> = Value extends Temporal.Instant ? string : Value;

function optional(text: string | null): Temporal.Instant | null {
  return text === null ? null : Temporal.Instant.from(text);
}
