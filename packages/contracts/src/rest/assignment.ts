import { z } from 'zod';
import { ProblemCode } from '../problems.ts';
import { sample } from '../samples.ts';
import { Instant, LocalTime, Money, ProposedBy, TimeZone, Uuid, Version } from '../scalars.ts';
import { page } from './page.ts';
import { PayoutStatus } from './payout.ts';

export const AssignmentStatus = z
  .enum(['UNSCHEDULED', 'PROPOSED', 'CONFIRMED', 'COMPLETED', 'DECLINED', 'CANCELLED'])
  .meta({ id: 'AssignmentStatus', description: '`UNSCHEDULED` has no window, `DECLINED` was released by a reject' });
export type AssignmentStatus = z.infer<typeof AssignmentStatus>;

/** The copy that scheduling keeps of what reminders says about the assignment. */
export const ReminderStatus = z
  .enum(['NONE', 'QUEUED', 'SENT', 'OVERDUE'])
  .meta({ id: 'ReminderStatus', description: 'Where the reminders of the assignment stand' });
export type ReminderStatus = z.infer<typeof ReminderStatus>;

export const ActionName = z
  .enum(['propose', 'confirm', 'reject', 'cancel', 'complete', 'dispute'])
  .meta({ id: 'ActionName', description: 'A command on an assignment' });
export type ActionName = z.infer<typeof ActionName>;

/**
 * What the caller may do now, or why not (`because` is the code that the command would answer), and
 * until when.
 */
export const Action = z
  .strictObject({
    name: ActionName.describe('The command'),
    allowed: z.boolean().describe('Whether the caller may give it now'),
    href: z.string().describe('Path to send it to'),
    method: z.literal('POST').describe('Method to send it with'),
    because: ProblemCode.optional().describe('The problem code that it would be refused with'),
    until: Instant.optional().describe('Until when it is allowed'),
  })
  .meta({ id: 'Action', description: 'A command, and whether the caller may give it now' });
export type Action = z.infer<typeof Action>;

const copyVersion = (description: string) =>
  z
    .int()
    .min(1)
    .nullable()
    .meta({ description: `${description}; null while there is none` });

export const Assignment = z
  .strictObject({
    id: Uuid.describe('The assignment'),
    jobId: Uuid.describe('The job'),
    jobTitle: z.string().describe('Title of the job'),
    customerId: Uuid.describe('The customer of the job'),
    providerId: Uuid.describe('The provider who has the job'),
    status: AssignmentStatus.describe('Where it stands'),
    scheduledStart: Instant.nullable().describe('Start of the window, inclusive; null without one'),
    scheduledEnd: Instant.nullable().describe('End of the window, exclusive'),
    timezone: TimeZone,
    localStart: LocalTime.nullable().describe('`scheduledStart` in the time zone, with its offset'),
    localEnd: LocalTime.nullable().describe('`scheduledEnd` in the time zone, with its offset'),
    scheduleProposedBy: ProposedBy.nullable().describe('Who proposed the window'),
    scheduleVersion: Version.describe('Rises with every change by a command or an expiry; the `ETag`'),
    scheduleNotes: z.string().nullable().describe('Notes of the proposal'),
    proposalExpiresAt: Instant.nullable().describe('When the proposal expires; null unless `PROPOSED`'),
    confirmedAt: Instant.nullable().describe('When the window was confirmed'),
    rejectedAt: Instant.nullable().describe('When a window or the provider was last rejected'),
    rejectReason: z.string().nullable().describe('The reason of that'),
    disputedAt: Instant.nullable().describe('When the first dispute was made'),
    reminderStatus: ReminderStatus.describe('Where its reminders stand'),
    reminderLastSentAt: Instant.nullable().describe('When the last reminder was sent'),
    payoutStatus: PayoutStatus.nullable().describe('Status of its payout; null without one'),
    payoutApprovedBy: Uuid.nullable().describe('Who last approved the payout'),
    payoutApprovedAt: Instant.nullable().describe('When the payout was last approved'),
    payoutVersion: copyVersion('The version of the payout that the copy shows'),
    reminderSequence: copyVersion('The `reminderSequence` that the copy of the reminders has reached'),
    nextAssignmentId: Uuid.nullable().meta({
      description: 'The assignment of the provider who was invited when this one was released',
    }),
    price: Money.describe('What the provider is paid'),
    createdAt: Instant.describe('When it was created'),
    updatedAt: Instant.describe('When it last changed in any field'),
    actions: z.array(Action).describe('What the caller may do now: one item for each command'),
  })
  .meta({
    id: 'Assignment',
    description: 'A job given to a provider',
    examples: [
      {
        id: sample.assignmentId,
        jobId: sample.jobId,
        jobTitle: 'The kitchen tap leaks',
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
        payoutVersion: null,
        reminderSequence: 1,
        nextAssignmentId: null,
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
