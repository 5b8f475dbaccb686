import { z } from 'zod';
import { Hold } from '../rest/hold.ts';
import { Approval, PayoutStatus } from '../rest/payout.ts';
import { sample } from '../samples.ts';
import { Money, Uuid, Version } from '../scalars.ts';
import type { EventFamily } from './define-event.ts';

/** What every `payout.*` event says of one payout, as it is after the change. */
export const PayoutData = z.strictObject({
  payoutId: Uuid,
  assignmentId: Uuid,
  jobId: Uuid,
  providerId: Uuid,
  customerId: Uuid,
  amount: Money,
  version: Version.meta({ description: "The payout's version; the event's sequence" }),
  status: PayoutStatus,
  onHold: z.boolean().meta({ description: 'A PENDING one that waits for a new confirmation' }),
  approvals: z.array(Approval),
  holds: z.array(Hold).optional().meta({ description: 'What stops it, oldest first; events before 1.1 lack it' }),
  blockedBecause: z.string().nullable().meta({ description: 'The reason of the newest hold' }),
  paymentReference: z.string().nullable(),
});
export type PayoutData = z.infer<typeof PayoutData>;

export const payoutFamily: EventFamily<PayoutData> = {
  source: '/payouts',
  stream: 'PAYOUT',
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
