import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Uuid, Version } from '../scalars.ts';
import { items } from './page.ts';

/** The id of an account that is connected to ours at the payment provider. */
const AccountId = z.string().regex(/^acct_[A-Za-z0-9]{1,250}$/, 'an account id such as acct_1MTfjCQ9PRzxEwkZ');

const [account, newAccount] = ['acct_1MTfjCQ9PRzxEwkZ', 'acct_1NV2ZkQ9PRzxAb12'];

/** Where a provider is paid to, and the change that waits for a second person. */
export const PayoutAccount = z
  .strictObject({
    providerId: Uuid,
    account: AccountId.nullable().meta({ description: 'Null before the first confirmation' }),
    version: Version.meta({ description: 'Counts the confirmed changes; 0 before the first' }),
    updatedBy: Uuid.nullable().meta({ description: 'Who confirmed the latest change' }),
    updatedAt: Instant.nullable(),
    pending: z
      .strictObject({ account: AccountId, requestedBy: Uuid, requestedAt: Instant })
      .nullable()
      .meta({ description: 'The change that somebody else in finance has to confirm' }),
  })
  .meta({
    id: 'PayoutAccount',
    examples: [
      {
        providerId: sample.providerId,
        account,
        version: 1,
        updatedBy: sample.financeId,
        updatedAt: sample.changedAt,
        pending: { account: newAccount, requestedBy: sample.financeId, requestedAt: '2026-12-02T08:15:00.000Z' },
      },
    ],
  });
export type PayoutAccount = z.infer<typeof PayoutAccount>;

export const PayoutAccountBody = z
  .strictObject({ account: AccountId })
  .meta({ id: 'PayoutAccountBody', examples: [{ account }] });
export type PayoutAccountBody = z.infer<typeof PayoutAccountBody>;

/** Confirms the pending change, or only the one to the account that the caller has seen. */
export const ConfirmAccountBody = z
  .strictObject({ account: AccountId.optional() })
  .meta({ id: 'ConfirmAccountBody', examples: [{ account: newAccount }, {}] });
export type ConfirmAccountBody = z.infer<typeof ConfirmAccountBody>;

/** One confirmed change of an account. */
export const PayoutAccountChange = z
  .strictObject({
    account: z.string().meta({ description: 'Its last four characters' }),
    version: Version,
    requestedBy: Uuid,
    requestedAt: Instant,
    confirmedBy: Uuid,
    confirmedAt: Instant,
  })
  .meta({
    id: 'PayoutAccountChange',
    examples: [
      {
        account: 'acct_…EwkZ',
        version: 1,
        requestedBy: '01936f2a-7c10-7000-8000-00000000f002',
        requestedAt: '2026-11-28T09:00:00.000Z',
        confirmedBy: sample.financeId,
        confirmedAt: sample.changedAt,
      },
    ],
  });
export type PayoutAccountChange = z.infer<typeof PayoutAccountChange>;

export const PayoutAccountHistory = items('PayoutAccountHistory', PayoutAccountChange);
export type PayoutAccountHistory = z.infer<typeof PayoutAccountHistory>;
