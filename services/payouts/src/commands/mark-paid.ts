import { DomainError } from '@punctual/chassis/domain';
import type { CommandDeps } from '@punctual/chassis/postgres';
import type { MarkPaidBody } from '@punctual/contracts';
import { openAttempt, paidBy } from '../domain/attempt.ts';
import { markPaid as decideMarkPaid } from '../domain/decide.ts';
import { readAttempts } from '../persistence/payment-attempts.ts';
import { payoutCommand } from './payout-command.ts';

type Deps = CommandDeps & { provider: object | undefined };

/**
 * Records a payment that a person made by hand. Refused where a payment provider pays, and where
 * one may have paid before payments were made by hand.
 */
export const markPaid = payoutCommand<MarkPaidBody, Deps>(
  'mark-paid',
  async ({ situation, body, transaction, deps }) => {
    if (deps.provider) throw new DomainError('invalid-transition', 'The payment provider pays this payout.');
    const after = decideMarkPaid(situation, body.reference);
    const attempts = await readAttempts(transaction, after.id);
    if (openAttempt(attempts) || paidBy(attempts))
      throw new DomainError('invalid-transition', 'The payment provider has paid this payout, or may have.');
    return { after, reason: null };
  },
);
