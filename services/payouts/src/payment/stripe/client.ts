import Stripe from 'stripe';
import { majorUnits } from '../../domain/money.ts';
import { KeyRefused, type PaymentAnswer, type PaymentProvider } from '../payment-provider.ts';
import { createStrictHttpClient } from './strict-http-client.ts';
import { matches, toTransfer } from './transfers.ts';
import { toStripeUnits } from './units.ts';

export type StripeOptions = { apiKey: string; apiBase: URL; timeoutMs: number };

/** Stripe keeps an idempotency key for 24 hours. An hour is left for clocks that differ. */
const keyLifetime = { hours: 23 };

/**
 * Pays by transfers to connected accounts. The attempt's id is the idempotency key, and is also
 * stored with the transfer, so that the transfer can be found without the key. The SDK's own
 * retries are off: the caller looks up the transfer before it tries again.
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
      const units = toStripeUnits(amount);
      if (units === undefined) {
        return { kind: 'REFUSED', code: `Stripe cannot move ${majorUnits(amount)} ${amount.currency} exactly.` };
      }
      try {
        const transfer = await stripe.transfers.create(
          {
            amount: units,
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
    matches,
    repeatableUntil: ({ startedAt }) => startedAt.add(keyLifetime),
  };
}

/** Whole seconds since 1970, as Stripe counts time. */
function inSeconds(instant: Temporal.Instant): number {
  const sinceEpoch = Temporal.Duration.from({ milliseconds: instant.epochMilliseconds });
  return sinceEpoch.round({ largestUnit: 'second', smallestUnit: 'second', roundingMode: 'floor' }).seconds;
}

/**
 * Translates an error of the SDK. An error that is not Stripe's leaves the result unknown. Stripe's
 * `Stripe-Should-Retry` decides whether to call again; without it 409, 429, 5xx and a broken
 * connection are retried. Any other refusal is final, except for an idempotency key that was used
 * for another request: that request may have paid.
 */
function toAnswer(error: unknown): PaymentAnswer {
  if (!(error instanceof Stripe.errors.StripeError)) return { kind: 'AGAIN', because: String(error) };
  const { statusCode, type, code = type } = error;
  const because = statusCode === undefined ? 'no answer' : `${statusCode} ${code}`;
  // Checked first. 403 is a restricted key that lacks this permission.
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
