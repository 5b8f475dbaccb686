import { z } from 'zod';
import { PayoutData } from '../events/payout-data.ts';
import { ReminderData } from '../events/reminder-data.ts';
import { ScheduleData } from '../events/schedule-data.ts';
import { Uuid } from '../scalars.ts';

const { shape: schedule } = ScheduleData;
const { shape: reminder } = ReminderData;
const { shape: payout } = PayoutData;

/**
 * The fields that the `data` of any event may have. One schema for all types, because generated
 * clients can neither choose one by `type` nor, in Kotlin, read an object without properties.
 */
export const ChangeData = z
  .looseObject({
    assignmentId: Uuid.describe('The assignment'),
    jobId: Uuid.describe('Its job'),
    customerId: Uuid.describe('Its customer'),
    providerId: Uuid.describe('Its provider'),
    jobTitle: payout.jobTitle.describe('The title of the job; null if unknown'),
    status: z.string().describe('Status of the assignment in `schedule.*`, of the payout in `payout.*`'),
    link: schedule.link,
    window: schedule.window.describe('The window of the event'),
    scheduleVersion: schedule.scheduleVersion.describe('Version of the assignment, or that the reminder is for'),
    actor: schedule.actor.describe('`schedule.*`: who made the change'),
    previousWindow: schedule.previousWindow,
    proposedBy: schedule.proposedBy,
    notes: schedule.notes.describe('`schedule.*`: notes of the proposal'),
    reason: schedule.reason.describe('`schedule.*`: why it was rejected, cancelled or disputed'),
    outcome: schedule.outcome.describe('`schedule.rejected`: what follows'),
    nextAssignmentId: schedule.nextAssignmentId,
    nextProviderId: Uuid.nullable().describe('`schedule.rejected`: the provider of the next assignment'),
    price: schedule.price.describe('`schedule.*`: the price of the job'),
    reminderId: reminder.reminderId.describe('`reminder.*`: the reminder'),
    reminderSequence: reminder.reminderSequence,
    kind: z.string().describe('Kind of the reminder in `reminder.*`, of the dispute in `schedule.disputed`'),
    audience: reminder.audience.describe('`reminder.*`: who is reminded'),
    dueAt: reminder.dueAt.describe('`reminder.*`: when it is due'),
    sentAt: reminder.sentAt.describe('`reminder.*`: when it was sent'),
    latenessMs: reminder.latenessMs.describe('`reminder.*`: how late it was sent, in milliseconds'),
    suppressedBecause: reminder.suppressedBecause.describe('`reminder.suppressed`: why it was not sent'),
    payoutId: payout.payoutId.describe('`payout.*`: the payout'),
    version: payout.version,
    amount: payout.amount.describe('`payout.*`: what is owed'),
    onHold: payout.onHold,
    approvals: payout.approvals.describe('`payout.*`: the approvals'),
    holds: payout.holds,
    blockedBecause: payout.blockedBecause,
    paymentReference: payout.paymentReference.describe('`payout.paid`: the reference of the payment'),
  })
  .partial();
