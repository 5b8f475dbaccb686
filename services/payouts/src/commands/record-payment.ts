import type { EntityManager } from '@mikro-orm/postgresql';
import type { Logger } from '@punctual/chassis';
import { type Attempt, maskAccount } from '../domain/attempt.ts';
import { settlePaid } from '../domain/decide.ts';
import type { Payout } from '../domain/payout.ts';
import { addResult, readAttempts } from '../persistence/payment-attempts.ts';
import { dropClaim } from '../persistence/payment-claims.ts';
import { savePayout } from '../persistence/payouts.ts';

/** What a payment by the provider leaves in the timeline. */
export const byPayment = { actor: { id: null, role: 'system' }, source: 'SYSTEM', reason: null } as const;

/**
 * Writes down that an attempt has paid, which is a fact, whoever finds it and whatever was said of the attempt before. Another attempt
 * that is open is given up, so that nobody asks for it again. A payout that was stopped meanwhile stays so, and is paid when it is
 * approved again.
 * @param payout locked
 */
export async function recordPayment(
  em: EntityManager,
  payout: Payout,
  { attempt, reference, at, logger }: { attempt: Attempt; reference: string; at: Date; logger: Logger },
): Promise<void> {
  await addResult(em, attempt.id, { outcome: 'PAID', reference, code: null, at });
  for (const { id, results } of await readAttempts(em, payout.id)) {
    const code = `given up: attempt ${attempt.number} has paid`;
    if (results.length === 0) await addResult(em, id, { outcome: 'ABSENT', reference: null, code, at });
  }
  if (payout.status === 'APPROVED')
    await savePayout(
      em,
      payout,
      settlePaid(payout, { reference, paidTo: maskAccount(attempt.account) }, at),
      byPayment,
    );
  if (payout.status === 'PAID' && payout.paymentReference !== reference) {
    logger.error({ payoutId: payout.id, by: payout.paymentReference, and: reference }, 'a payout was paid twice');
  }
  await dropClaim(em, { payoutId: payout.id });
}
