import type { Fields, Statement } from '@punctual/chassis/postgres';
import type { Role } from '@punctual/contracts';
import type { AssignmentState } from '../domain/assignment.ts';
import type { Columns } from './columns.ts';

/** A row of {@link assignmentColumns}: times as text. */
export type AssignmentColumns = Columns<AssignmentState>;

/** How far the copy of the reminders has come, or null. */
export const reminderSequence = `(select max((reminder.value ->> 'sequence')::int) from jsonb_each(reminders) as reminder)`;

/** The version of the payout in the copy, or null. */
export const payoutVersion = 'nullif(payout_version, 0)';

const jobTitle = '(select title from job where job.id = job_id) as job_title';

/**
 * Who was invited next, in the same transaction and so at the same time. Instances of 1.0 do not
 * write it. The columns have other names than those of the assignment that is read.
 */
const nextAssignment = `coalesce(next_assignment_id, case when status = 'DECLINED' then (
  select next_id from (select id as next_id, job_id as next_job, created_at as invited_at from assignment) as next
    where next_job = job_id and invited_at = rejected_at and next_id <> id limit 1) end) as next_assignment_id`;

export const assignmentColumns = `id, job_id, ${jobTitle},
  customer_id, provider_id, status, scheduled_start, scheduled_end, timezone,
  schedule_proposed_by, schedule_version, schedule_notes, proposal_expires_at, confirmed_at, rejected_at, reject_reason,
  disputed_at, reminder_status, reminder_last_sent_at, payout_status, payout_approved_by, payout_approved_at,
  ${payoutVersion} as payout_version, ${reminderSequence} as reminder_sequence, ${nextAssignment},
  price_amount_minor, price_currency, created_at, updated_at`;

/**
 * The length of the longest window, from its index. A window that lasts until some time starts no
 * earlier before it than that, which bounds the search for overlaps in an index by start.
 */
export const longestWindow = `(select least(max(scheduled_end - scheduled_start), interval '4000 years') from assignment)`;

/** The columns that changes of the schedule write: not those of the job and of the copies. */
export function toRow(assignment: AssignmentState): Fields {
  const { jobTitle: _title, payoutVersion: _payout, reminderSequence: _reminders, ...row } = assignment;
  return row;
}

/**
 * Who made the open proposal: while one is open, it is the latest version. From the timeline, since
 * `schedule_proposed_by` has the side only.
 */
export const proposerOf = (table: string): string =>
  `case when ${table}.status = 'PROPOSED' then (select actor ->> 'id' from assignment_timeline latest
    where latest.assignment_id = ${table}.id and latest.version = ${table}.schedule_version) end as proposer_id`;

/**
 * The sides that have disputed it, or null. From the timeline, since `disputed_at` is that of the
 * first dispute.
 */
export const disputersOf = (table: string): string =>
  `case when ${table}.disputed_at is not null then (select json_agg(actor ->> 'role') from assignment_timeline dispute
    where dispute.assignment_id = ${table}.id and dispute.type = 'schedule.disputed') end as disputed_by`;

/** An assignment by its own id, or the one that has a job now. */
export type AssignmentRef = { id: string } | { currentOfJob: string };

export function selectAssignment(ref: AssignmentRef): Statement {
  const [id, parameters] = idOf(ref);
  return [`select ${assignmentColumns} from assignment where id = ${id}`, parameters];
}

export type PartiesColumns = { proposer_id: string | null; disputed_by: Role[] | null };

export type BesideColumns = PartiesColumns & Pick<AssignmentColumns, 'job_title'>;

/**
 * What other tables say about an assignment: who made the open proposal, who has disputed it, and
 * its title. To be read once it is locked: a statement that waits for a lock sees other tables as
 * they were before.
 */
export function selectBeside(ref: AssignmentRef): Statement {
  const [id, parameters] = idOf(ref);
  return [
    `select ${proposerOf('mine')}, ${disputersOf('mine')}, ${jobTitle} from assignment mine where mine.id = ${id}`,
    parameters,
  ];
}

function idOf(ref: AssignmentRef): Statement {
  if ('id' in ref) return ['?', [ref.id]];
  return ['(select current_assignment_id from job where job.id = ?)', [ref.currentOfJob]];
}

export function toAssignment(row: AssignmentColumns): AssignmentState {
  return {
    id: row.id,
    jobId: row.job_id,
    jobTitle: row.job_title,
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
    payoutVersion: row.payout_version,
    reminderSequence: row.reminder_sequence,
    nextAssignmentId: row.next_assignment_id,
    priceAmountMinor: Number(row.price_amount_minor),
    priceCurrency: row.price_currency,
    createdAt: Temporal.Instant.from(row.created_at),
    updatedAt: Temporal.Instant.from(row.updated_at),
  };
}

function optional(text: string | null): Temporal.Instant | null {
  return text === null ? null : Temporal.Instant.from(text);
}
