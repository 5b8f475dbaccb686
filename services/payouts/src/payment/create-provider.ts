import type { Logger } from '@punctual/chassis';
import type { Config } from '../config.ts';
import type { PaymentProvider } from './payment-provider.ts';
import { createStripe } from './stripe.ts';
import { watchKey } from './watch-key.ts';

type Settings = Pick<Config, 'PAYMENT_PROVIDER' | 'STRIPE_API_KEY' | 'STRIPE_API_BASE' | 'STRIPE_TIMEOUT_MS'>;

/** Who pays, as the configuration says; nobody when a person does. */
export function createProvider(config: Settings, logger: Logger): PaymentProvider | undefined {
  const { PAYMENT_PROVIDER, STRIPE_API_KEY, STRIPE_API_BASE, STRIPE_TIMEOUT_MS } = config;
  if (PAYMENT_PROVIDER === 'manual' || STRIPE_API_KEY === undefined) return undefined;
  const stripe = createStripe({
    apiKey: STRIPE_API_KEY,
    apiBase: new URL(STRIPE_API_BASE),
    timeoutMs: STRIPE_TIMEOUT_MS,
  });
  return watchKey(stripe, logger);
}
