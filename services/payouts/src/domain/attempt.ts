import type { Uuid } from '@punctual/contracts';
import type { Amount } from './money.ts';

/** One try to pay, written down before the provider is asked. Its id is the idempotency key. */
export type Attempt = {
  id: Uuid;
  payoutId: Uuid;
  /** Counts the attempts of a payout from 1. */
  number: number;
  /** The provider's connected account that gets it. */
  account: string;
  amount: Amount;
  startedAt: Date;
  /** What became of it, as far as is known; `REVERSED` comes on top of `PAID`. */
  results: readonly Result[];
};

/** `ABSENT`: the provider does not have it, as far as it says, and nobody will ask for it again. */
export type Outcome = 'PAID' | 'REFUSED' | 'ABSENT' | 'REVERSED';

export type Result = { outcome: Outcome; reference: string | null; code: string | null; at: Date };

/** The result that says that money has moved, if any. A later one that says otherwise does not undo it. */
export function paidBy(attempts: readonly Attempt[]): Result | undefined {
  return attempts.flatMap(({ results }) => results).find(({ outcome }) => outcome === 'PAID');
}

/** The attempt that nobody knows the end of: there is at most one, and no other may begin before it has one. */
export function openAttempt(attempts: readonly Attempt[]): Attempt | undefined {
  return attempts.find(({ results }) => results.length === 0);
}
