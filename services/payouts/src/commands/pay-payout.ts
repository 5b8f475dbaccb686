import { randomUUIDv7 } from 'node:crypto';
import { failpoint, type Logger, type OutboxRelay } from '@punctual/chassis';
import { type Database, inTransaction } from '@punctual/chassis/postgres';
import { areOutdated, takeBackApprovals } from '../domain/approvals.ts';
import { type Attempt, openAttempt, paymentOf, type Result } from '../domain/attempt.ts';
import { blockPayment, settlePaid } from '../domain/decide.ts';
import type { Payout } from '../domain/payout.ts';
import { KeyRefused, type PaymentAnswer, type PaymentProvider } from '../payment/payment-provider.ts';
import { addResult, insertAttempt, readAttempts } from '../persistence/payment-attempts.ts';
import {
  dropClaim,
  holdsClaim,
  type PaymentClaim,
  postponeClaim,
  waitWithClaim,
} from '../persistence/payment-claims.ts';
import { findAccount } from '../persistence/payout-accounts.ts';
import { lockPayout, savePayout } from '../persistence/payouts.ts';
import { byPayment, recordPayment } from './record-payment.ts';

export type PayDeps = {
  database: Database;
  relay: OutboxRelay;
  provider: PaymentProvider;
  logger: Logger;
  /** How often one payment is tried before a person has to look, and the pause after the first try; it doubles. */
  retry: { tries: number; firstPauseMs: number };
};

/** Between two looks whether our key is good again. */
const longestWaitMs = 300_000;

/**
 * Pays one claimed payout (ADR 0013): the attempt is committed, the provider is asked with nothing locked, and the answer is committed.
 * Whoever finds an attempt that is open asks first what became of it. While one is open no other begins.
 */
export async function payPayout(deps: PayDeps, claim: PaymentClaim): Promise<void> {
  await failpoint('before-payment-attempt');
  const prepared = await prepare(deps, claim);
  if (!prepared) return;
  const { attempt } = prepared;
  await failpoint('after-payment-attempt');
  const answer = await ask(deps, claim, prepared);
  if (!answer) return;
  await failpoint('after-payment-call');
  await settle(deps, claim, attempt, answer);
  await failpoint('after-payment-mark');
}

/**
 * An attempt that is open; `isFirst` when it was begun just now and there was none before. One to an account that is no longer the
 * provider's is only looked up (ADR 0014).
 */
type Prepared = { attempts: Attempt[]; attempt: Attempt; isFirst: boolean; isOutdated: boolean };

/** @returns undefined when there is nothing to ask the provider */
async function prepare({ database, relay }: PayDeps, claim: PaymentClaim): Promise<Prepared | undefined> {
  const prepared = await inTransaction(database, async (em): Promise<Prepared | undefined> => {
    const payout = await lockPayout(em, { id: claim.payoutId });
    if (payout?.status !== 'APPROVED' || !(await holdsClaim(em, claim))) return undefined;
    const attempts = await readAttempts(em, payout.id);
    const now = new Date();

    const payment = paymentOf(attempts);
    const open = openAttempt(attempts);
    const { account, version } = await findAccount(em, payout.providerId);
    const endWith = async (end: Payout, reason: string | null = null) => {
      await savePayout(em, payout, end, { ...byPayment, reason });
      await dropClaim(em, claim);
      return undefined;
    };
    if (payment) return endWith(settlePaid(payout, payment, now));
    if (open) {
      const isOutdated = open.accountVersion !== null && open.accountVersion !== version;
      return { attempts, attempt: open, isFirst: false, isOutdated };
    }
    if (areOutdated(payout, version)) {
      return endWith(takeBackApprovals(payout, now), 'The payout account has changed since it was approved.');
    }
    if (account === null) {
      const hold = { id: randomUUIDv7(), kind: 'ACCOUNT', reason: 'The provider has no payout account.' } as const;
      return endWith(blockPayment(payout, hold, { accountVersion: version, now }));
    }
    const attempt = begin(payout, { account, accountVersion: version, number: attempts.length + 1, startedAt: now });
    await insertAttempt(em, attempt);
    return { attempts: [...attempts, attempt], attempt, isFirst: attempts.length === 0, isOutdated: false };
  });
  relay.wake();
  return prepared;
}

type Begun = Pick<Attempt, 'account' | 'accountVersion' | 'number' | 'startedAt'>;

function begin({ id: payoutId, amount }: Payout, begun: Begun): Attempt {
  return { id: randomUUIDv7(), payoutId, ...begun, amount, results: [] };
}

type Known = PaymentAnswer | { kind: 'PAID_BEFORE'; attempt: Attempt; reference: string } | { kind: 'ABSENT' };

/**
 * Nothing is paid before every attempt that there was has been looked up, unless this is the first moment of the first one.
 * @returns undefined when somebody else has settled it, or is at it, by now: a notice may come before the provider's list has it
 */
async function ask(
  { database, provider }: PayDeps,
  claim: PaymentClaim,
  { attempts, attempt, isFirst, isOutdated }: Prepared,
): Promise<Known | undefined> {
  if (!isFirst) {
    try {
      for (const each of attempts) {
        const transfer = await provider.find(each);
        if (transfer) return { kind: 'PAID_BEFORE', attempt: each, reference: transfer.reference };
      }
    } catch (error) {
      if (error instanceof KeyRefused) return { kind: 'KEY_REFUSED', because: error.message };
      return { kind: 'AGAIN', because: error instanceof Error ? error.message : String(error) };
    }
    if (!(await holdsClaim(database.fork(), claim))) return undefined;
  }
  if (new Date() >= provider.repeatableUntil(attempt)) return { kind: 'ABSENT' };
  if (isOutdated) return { kind: 'UNKNOWN', because: 'the payout account has changed since this attempt began' };
  await failpoint('before-payment-call');
  return provider.pay(attempt);
}

async function settle(deps: PayDeps, claim: PaymentClaim, attempt: Attempt, answer: Known): Promise<void> {
  const { database, relay, retry, logger } = deps;
  await inTransaction(database, async (em) => {
    const payout = await lockPayout(em, { id: claim.payoutId });
    if (!payout) return;
    const now = new Date();
    if (answer.kind === 'PAID' || answer.kind === 'PAID_BEFORE') {
      const by = answer.kind === 'PAID' ? attempt : answer.attempt;
      return recordPayment(em, payout, { attempt: by, reference: answer.reference, at: now, logger });
    }
    // What did not work is only for the latest claim to say: another one may be paying right now.
    if (!(await holdsClaim(em, claim))) return;
    if (answer.kind === 'KEY_REFUSED') {
      return waitWithClaim(em, claim, Math.min(retry.firstPauseMs * 2 ** claim.waits, longestWaitMs));
    }
    const isLast = claim.tries >= retry.tries;
    if (answer.kind === 'AGAIN' && !isLast) {
      logger.warn({ payoutId: payout.id, try: claim.tries, because: answer.because }, 'a payment is tried again');
      return postponeClaim(em, claim, retry.firstPauseMs * 2 ** (claim.tries - 1));
    }
    const result = closing(answer, now);
    if (result) await addResult(em, attempt.id, result);
    if (payout.status === 'APPROVED') {
      const hold = { id: randomUUIDv7(), kind: 'PAYMENT', reason: reasonOf(answer) } as const;
      const { version: accountVersion } = await findAccount(em, payout.providerId);
      await savePayout(em, payout, blockPayment(payout, hold, { accountVersion, now }), byPayment);
    }
    await dropClaim(em, claim);
  });
  relay.wake();
}

/** Only what is known for sure ends an attempt. */
function closing(answer: Known, at: Date): Result | undefined {
  if (answer.kind === 'REFUSED') return { outcome: 'REFUSED', reference: null, code: answer.code, at };
  return answer.kind === 'ABSENT' ? { outcome: 'ABSENT', reference: null, code: null, at } : undefined;
}

function reasonOf(answer: Exclude<Known, { kind: 'KEY_REFUSED' }>): string {
  switch (answer.kind) {
    case 'REFUSED':
      return `payment refused: ${answer.code}`;
    case 'ABSENT':
      return 'unknown payment result: Stripe has no transfer of this attempt; unblock to pay by a new one';
    case 'AGAIN':
    case 'UNKNOWN':
      return `unknown payment result: ${answer.because}; unblock to look it up again`;
    default:
      throw new Error('A payment that went through blocks nothing.');
  }
}
