import { DomainError } from '@punctual/chassis/domain';
import type { CommandDeps } from '@punctual/chassis/postgres';
import type { MarkPaidBody } from '@punctual/contracts';
import { openAttempt, paidBy } from '../domain/attempt.ts';
import { markPaid as decideMarkPaid } from '../domain/decide.ts';
import { readAttempts } from '../persistence/payment-attempts.ts';
import { payoutCommand } from './payout-command.ts';

type Deps = CommandDeps & { provider: object | undefined };

/**
 * Records a payment that a person made by hand. Refused where a payment provider pays, where
 * one may have paid before payments were made by hand, and under another reference than that of a
 * payment that is known, as after a restore.
 */
export const markPaid = payoutCommand<MarkPaidBody, Deps>(
  'mark-paid',
  async ({ situation, body, transaction, deps }) => {
    if (deps.provider) throw new DomainError('invalid-transition', 'The payment provider pays this payout.');
    const after = decideMarkPaid(situation, body.reference);
    const attempts = await readAttempts(transaction, after.id);
    if (openAttempt(attempts))
      throw new DomainError('invalid-transition', 'The payment provider may have paid this payout.');
    const paid = paidBy(attempts);
    if (paid && paid.reference !== body.reference)
      throw new DomainError('invalid-transition', `It was paid already: mark it as paid with ${paid.reference}.`);
    return { after, reason: null };
  },
);
