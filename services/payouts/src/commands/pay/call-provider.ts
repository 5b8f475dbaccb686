import { failpoint } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { Attempt } from '../../domain/attempt.ts';
import { KeyRefused, type PaymentAnswer, type PaymentProvider } from '../../payment/payment-provider.ts';
import { holdsClaim, type PaymentClaim } from '../../persistence/payment-claims.ts';
import type { BegunAttempt } from './begin-attempt.ts';

export type CallDeps = { database: Database; provider: PaymentProvider; now: () => Temporal.Instant };

/** What the provider answered, or what a look-up found. */
export type CallResult =
  | PaymentAnswer
  | { kind: 'PAID_BEFORE'; attempt: Attempt; reference: string }
  | { kind: 'ABSENT' };

/**
 * Asks the provider, outside of a transaction. Every earlier attempt is looked up before anything
 * is paid, unless this is the first one and it began just now.
 * @returns undefined when another worker has settled the attempt, or claimed the payout: a webhook
 * event may arrive before the provider lists the transfer
 */
export async function callProvider(
  { database, provider, now }: CallDeps,
  claim: PaymentClaim,
  { attempts, attempt, isFirst, isOutdated }: BegunAttempt,
): Promise<CallResult | undefined> {
  if (!isFirst) {
    const found = await findTransfer(provider, attempts);
    if (found) return found;
    if (!(await holdsClaim(database, claim))) return undefined;
  }
  if (Temporal.Instant.compare(now(), provider.repeatableUntil(attempt)) >= 0) return { kind: 'ABSENT' };
  if (isOutdated) return { kind: 'UNKNOWN', because: 'the payout account has changed since this attempt began' };
  await failpoint('before-payment-call');
  return provider.pay(attempt);
}

/**
 * Returns undefined when none of the attempts has moved money. A transfer that differs from its
 * attempt is for a person to look at.
 */
async function findTransfer(provider: PaymentProvider, attempts: readonly Attempt[]): Promise<CallResult | undefined> {
  try {
    for (const attempt of attempts) {
      const transfer = await provider.find(attempt);
      if (!transfer) continue;
      const { reference } = transfer;
      if (provider.matches(attempt, transfer)) return { kind: 'PAID_BEFORE', attempt, reference };
      return { kind: 'UNKNOWN', because: `transfer ${reference} differs from its attempt` };
    }
    return undefined;
  } catch (error) {
    if (error instanceof KeyRefused) return { kind: 'KEY_REFUSED', because: error.message };
    return { kind: 'AGAIN', because: error instanceof Error ? error.message : String(error) };
  }
}
