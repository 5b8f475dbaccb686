import type Stripe from 'stripe';
import type { Attempt } from '../../domain/attempt.ts';
import type { Transfer } from '../payment-provider.ts';
import { toStripeUnits } from './units.ts';

/** The fields of Stripe's transfer that are read. */
type StripeTransfer = Pick<
  Stripe.Transfer,
  'id' | 'amount' | 'currency' | 'created' | 'reversed' | 'amount_reversed' | 'metadata'
> & { destination?: string | { id: string } | null | undefined };

/** Translates Stripe's transfer to the port's. */
export function toTransfer(transfer: StripeTransfer): Transfer {
  const { id, amount, currency, destination, metadata, created, reversed, amount_reversed } = transfer;
  return {
    reference: id,
    payoutId: metadata.payoutId,
    attemptId: metadata.attemptId,
    amount,
    currency,
    account: typeof destination === 'string' ? destination : destination?.id,
    createdAt: Temporal.Instant.fromEpochMilliseconds(created * 1_000),
    isReversed: reversed || amount_reversed > 0,
  };
}

/** Whether the transfer has the amount, the currency and the account that the attempt asked for. */
export function matches({ amount, account }: Attempt, transfer: Transfer): boolean {
  const isSameAmount = toStripeUnits(amount) === transfer.amount;
  return isSameAmount && amount.currency.toLowerCase() === transfer.currency && account === transfer.account;
}
