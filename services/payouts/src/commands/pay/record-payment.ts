import type { Logger } from '@punctual/chassis';
import type { Statement } from '@punctual/chassis/postgres';
import { type Attempt, maskAccount } from '../../domain/attempt.ts';
import { settlePaid } from '../../domain/decide.ts';
import type { PayoutState } from '../../domain/payout.ts';
import { addResult } from '../../persistence/payment-attempts.ts';
import { dropClaim } from '../../persistence/payment-claims.ts';
import { changeOf, savePayouts } from '../../persistence/payout-aggregate.ts';

/** The payment worker, and the provider. */
export const bySystem = { id: null, role: 'system' } as const;

export type RecordDeps = { logger: Logger; newId: () => string };

/**
 * The statements that record that an attempt has paid. That is a fact, whoever finds it and
 * whatever was known of the attempt before. Another open attempt is given up, so that it is not
 * called again. A payout that is not `APPROVED` keeps its status, and is settled once it is
 * approved again.
 * @param payout locked
 * @param attempts all of the payout
 */
export function recordPayment(
  { logger, newId }: RecordDeps,
  payout: PayoutState,
  attempts: readonly Attempt[],
  { attempt, reference, at }: { attempt: Attempt; reference: string; at: Temporal.Instant },
): Statement[] {
  const code = `given up: attempt ${attempt.number} has paid`;
  const open = attempts.filter(({ id, results }) => id !== attempt.id && results.length === 0);
  const isApproved = payout.status === 'APPROVED';
  const settled = isApproved && settlePaid(payout, { reference, paidTo: maskAccount(attempt.account) }, at);
  if (payout.status === 'PAID' && payout.paymentReference !== reference) {
    logger.error({ payoutId: payout.id, references: [payout.paymentReference, reference] }, 'A payout was paid twice');
  }
  return [
    addResult(attempt.id, { outcome: 'PAID', reference, code: null, at }),
    ...open.map(({ id }) => addResult(id, { outcome: 'ABSENT', reference: null, code, at })),
    ...(settled ? savePayouts([changeOf(payout, settled, { actor: bySystem, reason: null })], { newId }) : []),
    dropClaim(payout.id),
  ];
}
