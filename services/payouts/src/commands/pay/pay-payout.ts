import { annotateSpan, counter, failpoint, inSpan } from '@punctual/chassis';
import type { CommandDeps } from '@punctual/chassis/postgres';
import type { PaymentClaim } from '../../persistence/payment-claims.ts';
import { beginAttempt } from './begin-attempt.ts';
import { type CallDeps, type CallResult, callProvider } from './call-provider.ts';
import { type SettleDeps, settleAttempt } from './settle-attempt.ts';

export type PayDeps = CommandDeps & CallDeps & SettleDeps;

/**
 * Pays one claimed payout (ADR 0013): commits the attempt, calls the provider with nothing locked,
 * then commits the result. A worker that finds an open attempt first looks up what became of it. No
 * other attempt begins while one is open.
 */
export function payPayout(deps: PayDeps, claim: PaymentClaim): Promise<void> {
  const parent = claim.traceparent ?? undefined;
  return inSpan('pay payout', { parent, attributes: { 'peer.service': 'stripe' } }, () => payClaimed(deps, claim));
}

async function payClaimed(deps: PayDeps, claim: PaymentClaim): Promise<void> {
  await failpoint('before-payment-attempt');
  const begun = await beginAttempt(deps, claim);
  if (!begun) return;
  await failpoint('after-payment-attempt');
  const result = await callProvider(deps, claim, begun);
  if (!result) return;
  report(begun.attempt.number, result);
  await failpoint('after-payment-call');
  await settleAttempt(deps, claim, begun.attempt, result);
  await failpoint('after-payment-mark');
}

const outcomes = {
  PAID: 'paid',
  PAID_BEFORE: 'paid',
  REFUSED: 'refused',
  AGAIN: 'retry',
  UNKNOWN: 'unclear',
  ABSENT: 'unclear',
  KEY_REFUSED: 'key_refused',
} as const satisfies Record<CallResult['kind'], string>;

function report(attempt: number, { kind }: CallResult): void {
  const outcome = outcomes[kind];
  counter('punctual.payouts.payments').add(1, { outcome });
  annotateSpan({ 'punctual.payment.attempt': attempt, 'punctual.payment.outcome': outcome });
}
