import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Uuid, Version } from '../scalars.ts';
import { page } from './page.ts';
import { requestBody } from './request-body.ts';

/** The id of an account that is connected to ours at the payment provider. */
const AccountId = z
  .string()
  .regex(/^acct_[A-Za-z0-9]{1,250}$/, 'an account id such as acct_1MTfjCQ9PRzxEwkZ')
  .meta({ examples: ['acct_1MTfjCQ9PRzxEwkZ'] });

const [account, newAccount] = ['acct_1MTfjCQ9PRzxEwkZ', 'acct_1NV2ZkQ9PRzxAb12'];

/** Where a provider is paid to, and the change that waits for a second person. */
export const PayoutAccount = z
  .strictObject({
    providerId: Uuid.describe('The provider'),
    account: AccountId.nullable().meta({ description: 'Null before the first confirmation' }),
    version: Version.meta({ description: 'Number of confirmed changes' }),
    updatedBy: Uuid.nullable().meta({ description: 'Who confirmed the latest change' }),
    updatedAt: Instant.nullable().describe('When the latest change was confirmed'),
    pending: z
      .strictObject({
        account: AccountId.describe('The account to change to'),
        requestedBy: Uuid.describe('Who requested it'),
        requestedAt: Instant.describe('When it was requested'),
      })
      .meta({ id: 'PendingAccount', description: 'A change that awaits confirmation' })
      .nullable()
      .meta({ description: 'The change; another person in finance must confirm it' }),
  })
  .meta({
    id: 'PayoutAccount',
    description: 'Where a provider is paid, and the change that waits for a second person',
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

export const PayoutAccountBody = requestBody({
  account: AccountId.describe("The provider's account at the payment provider"),
}).meta({
  id: 'PayoutAccountBody',
  description: 'The account to change to',
  examples: [{ account }],
});
export type PayoutAccountBody = z.infer<typeof PayoutAccountBody>;

/** Confirms the pending change, or only the one to the account that the caller has seen. */
export const ConfirmAccountBody = requestBody({
  account: AccountId.optional().describe('Confirms only a change to this account'),
}).meta({
  id: 'ConfirmAccountBody',
  description: 'Confirms the pending change',
  examples: [{ account: newAccount }, {}],
});
export type ConfirmAccountBody = z.infer<typeof ConfirmAccountBody>;

/** One confirmed change of an account. */
export const PayoutAccountChange = z
  .strictObject({
    account: z.string().meta({ description: 'The last four characters of the account' }),
    version: Version.describe('Number of the change'),
    requestedBy: Uuid.describe('Who requested it'),
    requestedAt: Instant.describe('When it was requested'),
    confirmedBy: Uuid.describe('Who confirmed it'),
    confirmedAt: Instant.describe('When it was confirmed'),
  })
  .meta({
    id: 'PayoutAccountChange',
    description: 'One confirmed change of an account',
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

export const PayoutAccountHistory = page('PayoutAccountHistory', PayoutAccountChange);
export type PayoutAccountHistory = z.infer<typeof PayoutAccountHistory>;
