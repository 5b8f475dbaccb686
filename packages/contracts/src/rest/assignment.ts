import { z } from 'zod';
import { ProblemCode } from '../problems.ts';
import { sample } from '../samples.ts';
import { Instant, LocalTime, Money, ProposedBy, TimeZone, Uuid, Version } from '../scalars.ts';
import { page } from './page.ts';
import { PayoutStatus } from './payout.ts';

export const AssignmentStatus = z
  .enum(['UNSCHEDULED', 'PROPOSED', 'CONFIRMED', 'COMPLETED', 'DECLINED', 'CANCELLED'])
  .meta({ id: 'AssignmentStatus' });
export type AssignmentStatus = z.infer<typeof AssignmentStatus>;

/** The copy that scheduling keeps of what reminders says about the assignment. */
export const ReminderStatus = z.enum(['NONE', 'QUEUED', 'SENT', 'OVERDUE']).meta({ id: 'ReminderStatus' });
export type ReminderStatus = z.infer<typeof ReminderStatus>;

export const ActionName = z
  .enum(['propose', 'confirm', 'reject', 'cancel', 'complete', 'dispute'])
  .meta({ id: 'ActionName' });
export type ActionName = z.infer<typeof ActionName>;

/** What the caller may do now, or why not (`because` is the code that the command would answer), and until when. */
export const Action = z
  .strictObject({
    name: ActionName,
    allowed: z.boolean(),
    href: z.string(),
    method: z.literal('POST'),
    because: ProblemCode.optional(),
    until: Instant.optional(),
  })
  .meta({ id: 'Action' });
export type Action = z.infer<typeof Action>;

export const Assignment = z
  .strictObject({
    id: Uuid,
    jobId: Uuid,
    customerId: Uuid,
    providerId: Uuid,
    status: AssignmentStatus,
    scheduledStart: Instant.nullable(),
    scheduledEnd: Instant.nullable(),
    timezone: TimeZone,
    localStart: LocalTime.nullable(),
    localEnd: LocalTime.nullable(),
    scheduleProposedBy: ProposedBy.nullable(),
    scheduleVersion: Version,
    scheduleNotes: z.string().nullable(),
    proposalExpiresAt: Instant.nullable(),
    confirmedAt: Instant.nullable(),
    rejectedAt: Instant.nullable(),
    rejectReason: z.string().nullable(),
    disputedAt: Instant.nullable(),
    reminderStatus: ReminderStatus,
    reminderLastSentAt: Instant.nullable(),
    payoutStatus: PayoutStatus.nullable(),
    payoutApprovedBy: Uuid.nullable(),
    payoutApprovedAt: Instant.nullable(),
    price: Money,
    createdAt: Instant,
    updatedAt: Instant,
    actions: z.array(Action),
  })
  .meta({
    id: 'Assignment',
    examples: [
      {
        id: sample.assignmentId,
        jobId: sample.jobId,
        customerId: sample.customerId,
        providerId: sample.providerId,
        status: 'PROPOSED',
        scheduledStart: sample.window.start,
        scheduledEnd: sample.window.end,
        timezone: sample.window.timezone,
        localStart: sample.window.localStart,
        localEnd: sample.window.localEnd,
        scheduleProposedBy: 'CUSTOMER',
        scheduleVersion: 1,
        scheduleNotes: 'The bell is broken, please knock.',
        proposalExpiresAt: '2026-12-01T09:00:00.000Z',
        confirmedAt: null,
        rejectedAt: null,
        rejectReason: null,
        disputedAt: null,
        reminderStatus: 'QUEUED',
        reminderLastSentAt: null,
        payoutStatus: null,
        payoutApprovedBy: null,
        payoutApprovedAt: null,
        price: sample.price,
        createdAt: sample.createdAt,
        updatedAt: sample.changedAt,
        actions: actionsOfItsProvider(),
      },
    ],
  });
export type Assignment = z.infer<typeof Assignment>;

export const AssignmentPage = page('AssignmentPage', Assignment);
export type AssignmentPage = z.infer<typeof AssignmentPage>;

/** What a dry run of a proposal answers when the real one would be accepted. */
export const DryRunResult = z
  .strictObject({ ok: z.literal(true) })
  .meta({ id: 'DryRunResult', examples: [{ ok: true }] });
export type DryRunResult = z.infer<typeof DryRunResult>;

function actionsOfItsProvider(): Action[] {
  const at = `/assignments/${sample.assignmentId}`;
  const method = 'POST';
  return [
    { name: 'propose', allowed: true, href: `${at}/schedule`, method },
    { name: 'confirm', allowed: true, href: `${at}/schedule/confirm`, method, until: '2026-12-01T09:00:00.000Z' },
    { name: 'reject', allowed: true, href: `${at}/reject`, method },
    { name: 'cancel', allowed: false, href: `${at}/cancel`, method, because: 'forbidden' },
    { name: 'complete', allowed: false, href: `${at}/complete`, method, because: 'invalid-transition' },
    { name: 'dispute', allowed: false, href: `${at}/dispute`, method, because: 'invalid-transition' },
  ];
}
