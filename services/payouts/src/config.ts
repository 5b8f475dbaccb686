import {
  AuthConfig,
  BrokerConfig,
  count,
  durationMs,
  HttpConfig,
  httpOrigin,
  rule,
  secretKey,
} from '@punctual/chassis';
import { DatabaseConfig } from '@punctual/chassis/postgres';
import { z } from 'zod';

const dayMs = 86_400_000;

/** What this service reads from its environment; the README says what each variable means. */
export const Config = z
  .object({
    ...HttpConfig.shape,
    ...AuthConfig.shape,
    ...BrokerConfig.shape,
    ...DatabaseConfig.shape,
    PAYOUT_TWO_PERSON_MINOR: count({ max: 1_000_000_000_000, default: 100_000 }).describe(
      'Amounts from here on, in minor units, need two approvals. Fixed for a payout when it is opened.',
    ),
    PAYMENT_PROVIDER: z
      .enum(['manual', 'stripe'])
      .default('manual')
      .describe("`manual`: a person pays and records it. `stripe`: a transfer to the provider's connected account."),
    STRIPE_API_KEY: secretKey().optional().describe('Required with `stripe`.'),
    STRIPE_WEBHOOK_SECRET: secretKey()
      .optional()
      .describe('Required with `stripe`. With it alone, webhook events of Stripe are still accepted.'),
    STRIPE_API_BASE: httpOrigin()
      .default('https://api.stripe.com')
      .describe('The address of Stripe; another one for tests.'),
    STRIPE_TIMEOUT_MS: durationMs({ max: 25_000, default: 10_000 }).describe('How long one call to Stripe may take.'),
    PAYMENT_TRIES: count({ max: 20, default: 8 }).describe('How often a payment is tried before it is blocked.'),
    PAYMENT_PAUSE_MS: durationMs({ max: 3_600_000, default: 1_000 }).describe(
      'The pause after the first try. It doubles; all pauses together are at most a day.',
    ),
  })
  .refine(
    // Later than that the provider no longer knows an attempt by its key (ADR 0013).
    (config) => config.PAYMENT_PAUSE_MS * (2 ** (config.PAYMENT_TRIES - 1) - 1) <= dayMs,
    rule(
      'PAYMENT_PAUSE_MS',
      ['PAYMENT_TRIES'],
      'doubled after each of PAYMENT_TRIES, must not add up to more than a day',
    ),
  )
  .refine(
    (config) => config.PAYMENT_PROVIDER !== 'stripe' || config.STRIPE_API_KEY !== undefined,
    rule('STRIPE_API_KEY', ['PAYMENT_PROVIDER'], 'PAYMENT_PROVIDER=stripe needs it'),
  )
  .refine(
    (config) => config.PAYMENT_PROVIDER !== 'stripe' || config.STRIPE_WEBHOOK_SECRET !== undefined,
    rule('STRIPE_WEBHOOK_SECRET', ['PAYMENT_PROVIDER'], 'PAYMENT_PROVIDER=stripe needs it'),
  );
export type Config = z.infer<typeof Config>;
