import { z } from 'zod';
import { sample } from '../samples.ts';
import { Instant, Uuid, Version } from '../scalars.ts';

/** The id of an account that is connected to ours at the payment provider. */
const AccountId = z.string().regex(/^acct_[A-Za-z0-9]{1,250}$/, 'an account id such as acct_1MTfjCQ9PRzxEwkZ');

/** Where a provider is paid to. */
export const PayoutAccount = z
  .strictObject({ providerId: Uuid, account: AccountId, version: Version, updatedBy: Uuid, updatedAt: Instant })
  .meta({
    id: 'PayoutAccount',
    examples: [
      {
        providerId: sample.providerId,
        account: 'acct_1MTfjCQ9PRzxEwkZ',
        version: 1,
        updatedBy: sample.financeId,
        updatedAt: sample.changedAt,
      },
    ],
  });
export type PayoutAccount = z.infer<typeof PayoutAccount>;

export const PayoutAccountBody = z
  .strictObject({ account: AccountId })
  .meta({ id: 'PayoutAccountBody', examples: [{ account: 'acct_1MTfjCQ9PRzxEwkZ' }] });
export type PayoutAccountBody = z.infer<typeof PayoutAccountBody>;
