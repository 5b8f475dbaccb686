import { DomainError } from '@punctual/chassis/domain';
import type { MarkPaidBody } from '@punctual/contracts';
import { openAttempt, paidBy } from '../domain/attempt.ts';
import { markPaid } from '../domain/decide.ts';
import { readAttempts } from '../persistence/payment-attempts.ts';
import { type Answer, type CommandDeps, type CommandRequest, changePayout } from './change-payout.ts';

/**
 * Records a payment that a person has made by hand, with its reference. Not where a payment provider pays, nor what one may have paid
 * before payments were made by hand.
 */
export function markPayoutPaid(
  deps: CommandDeps & { provider: object | undefined },
  request: CommandRequest<MarkPaidBody>,
): Promise<Answer> {
  const { reference } = request.body;
  return changePayout(deps, request, {
    name: 'mark-paid',
    reason: null,
    decide: (situation) => {
      if (deps.provider) throw new DomainError('invalid-transition', 'The payment provider pays it; nobody marks it.');
      return markPaid(situation, reference);
    },
    check: async (em, payout) => {
      const attempts = await readAttempts(em, payout.id);
      if (!openAttempt(attempts) && !paidBy(attempts)) return;
      throw new DomainError('invalid-transition', 'An attempt of the payment provider has paid it, or may have.');
    },
  });
}
