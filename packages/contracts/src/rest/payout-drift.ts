import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Uuid } from '../scalars.ts';

/** How the books can differ; docs/runbook.md says what to do about each. */
export const DriftKind = z
  .enum([
    'PAYOUT_MISSING',
    'PAYOUT_EXTRA',
    'AMOUNT_DIFFERS',
    'ATTEMPT_OPEN',
    'TRANSFER_MISSING',
    'TRANSFER_EXTRA',
    'TRANSFER_DIFFERS',
    'TRANSFER_REVERSED',
  ])
  .meta({ id: 'DriftKind', description: 'How the records differ; the runbook says what to do about each' });
export type DriftKind = z.infer<typeof DriftKind>;

export const Drift = z
  .strictObject({
    kind: DriftKind.describe('How the records differ'),
    payoutId: Uuid.nullable().describe('The payout; null if there is none'),
    assignmentId: Uuid.nullable().describe('The assignment; null if it is not known'),
    detail: z.string().describe('What was found, for people'),
  })
  .meta({ id: 'Drift', description: 'One difference' });
export type Drift = z.infer<typeof Drift>;

/** Where payouts, the events of their assignments and the payment provider do not agree. */
export const PayoutDrift = z
  .strictObject({
    at: Instant.describe('When the comparison was made'),
    /**
     * Whether the payment provider was compared as well; not with `manual`, nor when it gave no
     * answer.
     */
    providerCompared: z.boolean().describe('Whether the payment provider was compared as well'),
    nextUntil: Instant.nullable().meta({
      description:
        'The transfers before this were not looked at: ask again with it as until. Null when all of 30 days were',
    }),
    /** More than the first thousand are counted only. */
    items: z.array(Drift).describe('The first thousand differences'),
    total: z.int().min(0).describe('Number of differences'),
  })
  .meta({
    id: 'PayoutDrift',
    description: 'Differences between payouts, scheduling and the payment provider',
    examples: [
      {
        at: sample.changedAt,
        providerCompared: true,
        nextUntil: null,
        items: [
          {
            kind: 'TRANSFER_REVERSED',
            payoutId: sample.payoutId,
            assignmentId: null,
            detail: 'tr_1MiN3gLkdIwHu7ixNCZvFdgA was reversed after it had paid',
          },
        ],
        total: 1,
      },
    ],
  });
export type PayoutDrift = z.infer<typeof PayoutDrift>;
