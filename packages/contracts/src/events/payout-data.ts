import { z } from 'zod';
import { Hold } from '../rest/hold.ts';
import { Approval, PayoutStatus } from '../rest/payout.ts';
import { sample } from '../samples.ts';
import { Money, Uuid, Version } from '../scalars.ts';
import type { EventFamily } from './define-event.ts';

/** What every `payout.*` event says of one payout, as it is after the change. */
export const PayoutData = z.strictObject({
  payoutId: Uuid.describe('The payout'),
  assignmentId: Uuid.describe('The assignment that is paid'),
  jobId: Uuid.describe('Its job'),
  providerId: Uuid.describe('Who is paid'),
  customerId: Uuid.describe('Whose job it was'),
  jobTitle: z.string().nullable().optional().meta({
    description: 'The title of the job as payouts knows it; null if unknown, absent from events before 1.1',
  }),
  amount: Money,
  version: Version.meta({ description: 'Version of the payout; the sequence of the event' }),
  status: PayoutStatus.meta({ description: 'The state after this event' }),
  onHold: z.boolean().meta({ description: 'A PENDING payout that waits for a new confirmation' }),
  approvals: z.array(Approval).describe('The approvals so far'),
  holds: z.array(Hold).optional().meta({ description: 'The holds, oldest first; absent from events before 1.1' }),
  blockedBecause: z.string().nullable().meta({ description: 'The reason of the newest hold' }),
  paymentReference: z.string().nullable().describe('Reference of the payment; null until it is paid'),
});
export type PayoutData = z.infer<typeof PayoutData>;

export const payoutFamily: EventFamily<PayoutData> = {
  source: '/payouts',
  stream: 'PAYOUT',
  common: PayoutData,
  aggregateOf: (data) => data.assignmentId,
  sequenceOf: (data) => data.version,
};

/** The example that each type of payout event changes to its own. */
export const payoutExample = {
  payoutId: sample.payoutId,
  assignmentId: sample.assignmentId,
  jobId: sample.jobId,
  providerId: sample.providerId,
  customerId: sample.customerId,
  jobTitle: sample.jobTitle,
  amount: sample.price,
  version: 1,
  status: 'PENDING',
  onHold: false,
  approvals: [] as Approval[],
  holds: [] as Hold[],
  blockedBecause: null,
  paymentReference: null,
} as const satisfies PayoutData;

export const approvalExample: Approval = { by: sample.financeId, at: '2026-12-02T08:15:00.000Z' };
