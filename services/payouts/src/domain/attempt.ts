import type { Uuid } from '@punctual/contracts';
import type { Amount } from './money.ts';

/** One try to pay, written down before the provider is asked. Its id is the idempotency key. */
export type Attempt = {
  id: Uuid;
  payoutId: Uuid;
  /** Counts the attempts of a payout from 1. */
  number: number;
  /** The provider's connected account and its version; null if a previous release began it. */
  account: string;
  accountVersion: number | null;
  amount: Amount;
  startedAt: Temporal.Instant;
  /** What became of it, as far as is known; `REVERSED` comes on top of `PAID`. */
  results: readonly AttemptResult[];
};

/** `ABSENT`: the provider does not have it, as far as it says, and nobody will ask for it again. */
export type AttemptOutcome = 'PAID' | 'REFUSED' | 'ABSENT' | 'REVERSED';

export type AttemptResult = {
  outcome: AttemptOutcome;
  reference: string | null;
  code: string | null;
  at: Temporal.Instant;
};

/** The result that money has moved, if any. No later result undoes it. */
export function paidBy(attempts: readonly Attempt[]): AttemptResult | undefined {
  return attempts.flatMap(({ results }) => results).find(({ outcome }) => outcome === 'PAID');
}

/**
 * Money that has moved: its reference, and the masked account that got it; null when a person paid
 * by hand.
 */
export type Payment = { reference: string; paidTo: string | null };

/** The payment that an attempt has made, if any has. */
export function paymentOf(attempts: readonly Attempt[]): Payment | undefined {
  for (const attempt of attempts) {
    const reference = paidBy([attempt])?.reference;
    if (reference) return { reference, paidTo: maskAccount(attempt.account) };
  }
  return undefined;
}

/** `acct_…1234`: enough to recognise an account, and not to use it. */
export function maskAccount(account: string): string {
  return `acct_…${account.replace(/^acct_/, '').slice(-4)}`;
}

/** The attempt without a result. There is at most one, and no other may begin before it ends. */
export function openAttempt(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.find(({ results }) => results.length === 0);
}
