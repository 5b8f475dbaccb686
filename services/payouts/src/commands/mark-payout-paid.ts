import type { MarkPaidBody } from '@punctual/contracts';
import { markPaid } from '../domain/decide.ts';
import { type Answer, type CommandDeps, type CommandRequest, changePayout } from './change-payout.ts';

/** Records a payment that a person has made by hand, with its reference. */
export function markPayoutPaid(deps: CommandDeps, request: CommandRequest<MarkPaidBody>): Promise<Answer> {
  const { reference } = request.body;
  return changePayout(deps, request, {
    name: 'mark-paid',
    reason: null,
    decide: (situation) => markPaid(situation, reference),
  });
}
