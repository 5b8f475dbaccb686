import { DomainError } from '@punctual/chassis/domain';
import Stripe from 'stripe';
import type { Attempt } from '../domain/attempt.ts';
import { toStripeAmount } from '../domain/money.ts';
import { KeyRefused, type PaymentAnswer, type PaymentProvider, type Transfer } from './payment-provider.ts';
import { createStrictHttpClient } from './strict-http-client.ts';

export type StripeOptions = { apiKey: string; apiBase: URL; timeoutMs: number };

/** Stripe forgets a key after 24 hours; an hour is left for clocks that differ. */
const keyHours = 23;

/**
 * Pays by transfers to connected accounts. The attempt's id is the idempotency key, and goes with the transfer too, so that it can be
 * found without the key. The SDK repeats nothing by itself: between two tries comes a look-up.
 */
export function createStripe({ apiKey, apiBase, timeoutMs }: StripeOptions): PaymentProvider {
  const stripe = new Stripe(apiKey, {
    host: apiBase.hostname,
    port: apiBase.port || (apiBase.protocol === 'https:' ? 443 : 80),
    protocol: apiBase.protocol === 'https:' ? 'https' : 'http',
    httpClient: createStrictHttpClient(timeoutMs),
    maxNetworkRetries: 0,
    timeout: timeoutMs,
    telemetry: false,
  });
  return {
    pay: async (attempt) => {
      const { id, payoutId, account, amount } = attempt;
      try {
        const transfer = await stripe.transfers.create(
          {
            amount: toStripeAmount(amount),
            currency: amount.currency.toLowerCase(),
            destination: account,
            transfer_group: payoutId,
            metadata: { payoutId, attemptId: id },
          },
          { idempotencyKey: id },
        );
        if (transfer.object !== 'transfer' || !transfer.id) return { kind: 'AGAIN', because: 'not a transfer' };
        return { kind: 'PAID', reference: transfer.id };
      } catch (error) {
        return toAnswer(error);
      }
    },
    find: async ({ id, payoutId }) => {
      try {
        for await (const transfer of stripe.transfers.list({ transfer_group: payoutId, limit: 100 })) {
          if (transfer.metadata.attemptId === id) return toTransfer(transfer);
        }
        return undefined;
      } catch (error) {
        const answer = toAnswer(error);
        throw answer.kind === 'KEY_REFUSED' ? new KeyRefused(answer.because, { cause: error }) : error;
      }
    },
    async *list({ since, until }) {
      const created = { gte: inSeconds(since), ...(until && { lt: inSeconds(until) }) };
      for await (const transfer of stripe.transfers.list({ created, limit: 100 })) yield toTransfer(transfer);
    },
    repeatableUntil: ({ startedAt }) => new Date(startedAt.getTime() + keyHours * 3_600_000),
  };
}

/** As Stripe counts time. */
function inSeconds(time: Date): number {
  const sinceEpoch = Temporal.Duration.from({ milliseconds: time.getTime() });
  return sinceEpoch.round({ largestUnit: 'second', smallestUnit: 'second', roundingMode: 'floor' }).seconds;
}

/** What is read of a transfer. */
type StripeTransfer = Pick<
  Stripe.Transfer,
  'id' | 'amount' | 'currency' | 'created' | 'reversed' | 'amount_reversed' | 'metadata'
> & { destination?: string | { id: string } | null | undefined };

/** What Stripe calls a transfer, in our words. */
export function toTransfer(transfer: StripeTransfer): Transfer {
  const { id, amount, currency, destination, metadata, created, reversed, amount_reversed } = transfer;
  return {
    reference: id,
    payoutId: metadata.payoutId,
    attemptId: metadata.attemptId,
    amount,
    currency,
    account: typeof destination === 'string' ? destination : destination?.id,
    createdAt: new Date(created * 1_000),
    isReversed: reversed || amount_reversed > 0,
  };
}

/** Whether a transfer is what the attempt has asked for. */
export function isAsSent({ amount, account }: Attempt, transfer: Transfer): boolean {
  const isSameAmount = toStripeAmount(amount) === transfer.amount;
  return isSameAmount && amount.currency.toLowerCase() === transfer.currency && account === transfer.account;
}

/**
 * What an error says about the money. What we did not send, since it cannot be paid, has not moved; of any other error that is not
 * Stripe's nobody knows. Stripe tells by `Stripe-Should-Retry` whether to ask again; without it 409, 429, 5xx and a broken
 * connection may be. Any other refusal is final, but for a key that stands for another request: then the first one may have paid.
 */
export function toAnswer(error: unknown): PaymentAnswer {
  if (error instanceof DomainError) return { kind: 'REFUSED', code: error.message };
  if (!(error instanceof Stripe.errors.StripeError)) return { kind: 'AGAIN', because: String(error) };
  const { statusCode, type, code = type } = error;
  const because = statusCode === undefined ? 'no answer' : `${statusCode} ${code}`;
  // Before anything else is looked at; of a restricted key that may not do this, 403.
  if (statusCode === 401 || statusCode === 403) return { kind: 'KEY_REFUSED', because };
  if (type === 'StripeIdempotencyError') return { kind: 'UNKNOWN', because };
  const isOnTheirSide = statusCode === undefined || statusCode === 409 || statusCode === 429 || statusCode >= 500;
  switch (error.headers?.['stripe-should-retry']) {
    case 'true':
      return { kind: 'AGAIN', because };
    case 'false':
      return isOnTheirSide ? { kind: 'UNKNOWN', because } : { kind: 'REFUSED', code };
    default:
      return isOnTheirSide ? { kind: 'AGAIN', because } : { kind: 'REFUSED', code };
  }
}
