import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Uuid } from '../scalars.ts';

/** Why a payout is stopped. `CANCELLED` and `DECLINED` cannot be lifted: nothing is owed. */
export const HoldKind = z
  .enum(['DISPUTE', 'CANCELLED', 'DECLINED', 'MANUAL', 'PAYMENT', 'ACCOUNT'])
  .meta({ id: 'HoldKind', description: 'Why a payout is stopped. `CANCELLED` and `DECLINED` cannot be lifted' });
export type HoldKind = z.infer<typeof HoldKind>;

/** One reason that stops a payout. A payout is `BLOCKED` while it has at least one. */
export const Hold = z
  .strictObject({
    id: Uuid.describe('Names the hold when lifting it'),
    kind: HoldKind.describe('What caused it'),
    reason: z.string().describe('In words'),
    by: Uuid.nullable().meta({ description: 'The person who caused it; null when the system did' }),
    at: Instant.describe('When it was added'),
  })
  .meta({ id: 'Hold', description: 'One reason that stops a payout' });
export type Hold = z.infer<typeof Hold>;

export const holdExample: Hold = {
  id: '01936f2a-7c10-7000-8000-000000000006',
  kind: 'DISPUTE',
  reason: 'disputed, NO_SHOW: Nobody came',
  by: sample.customerId,
  at: '2026-12-01T09:30:00.000Z',
};
