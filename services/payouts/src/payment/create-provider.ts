import type { Logger } from '@punctual/chassis';
import type { Config } from '../config.ts';
import type { PaymentProvider, PaymentWebhook } from './payment-provider.ts';
import { createStripe } from './stripe/client.ts';
import { createStripeWebhook } from './stripe/webhook.ts';
import { watchKey } from './watch-key.ts';

type ProviderConfig = Pick<Config, 'PAYMENT_PROVIDER' | 'STRIPE_API_KEY' | 'STRIPE_API_BASE' | 'STRIPE_TIMEOUT_MS'>;

/** Returns undefined where people pay by hand. */
export function createProvider(config: ProviderConfig, logger: Logger): PaymentProvider | undefined {
  const { PAYMENT_PROVIDER, STRIPE_API_KEY, STRIPE_API_BASE, STRIPE_TIMEOUT_MS } = config;
  if (PAYMENT_PROVIDER === 'manual' || STRIPE_API_KEY === undefined) return undefined;
  const stripe = createStripe({
    apiKey: STRIPE_API_KEY,
    apiBase: new URL(STRIPE_API_BASE),
    timeoutMs: STRIPE_TIMEOUT_MS,
  });
  return watchKey(stripe, logger);
}

/** Returns undefined without a secret. */
export function createWebhook({
  STRIPE_WEBHOOK_SECRET: secret,
}: Pick<Config, 'STRIPE_WEBHOOK_SECRET'>): PaymentWebhook | undefined {
  return secret === undefined ? undefined : createStripeWebhook(secret);
}
