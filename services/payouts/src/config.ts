import {
  AuthConfig,
  BrokerConfig,
  count,
  durationMs,
  HttpConfig,
  httpOrigin,
  postgresUrl,
  rule,
  secretKey,
} from '@punctual/chassis';
import { z } from 'zod';

const dayMs = 86_400_000;

/** What this service reads from its environment; the README says what each variable means. */
export const Config = z
  .object({
    ...HttpConfig.shape,
    ...AuthConfig.shape,
    ...BrokerConfig.shape,
    DATABASE_URL: postgresUrl(),
    /** Past the pooler that `DATABASE_URL` leads to. */
    DATABASE_DIRECT_URL: postgresUrl().optional(),
    DATABASE_POOL_SIZE: count({ min: 2, max: 1_000, default: 10 }),
    /** Amounts from here on, in minor units, need two different people. */
    PAYOUT_TWO_PERSON_MINOR: count({ max: 1_000_000_000_000, default: 100_000 }),
    /** Who pays. `manual`: a person does, and records it. */
    PAYMENT_PROVIDER: z.enum(['manual', 'stripe']).default('manual'),
    STRIPE_API_KEY: secretKey().optional(),
    /** With it notices of Stripe are taken, also while payments are made by hand again. */
    STRIPE_WEBHOOK_SECRET: secretKey().optional(),
    STRIPE_API_BASE: httpOrigin().default('https://api.stripe.com'),
    STRIPE_TIMEOUT_MS: durationMs({ max: 25_000, default: 10_000 }),
    /** How often one payment is tried before a person has to look, and the pause after the first try; it doubles. */
    PAYMENT_TRIES: count({ max: 20, default: 8 }),
    PAYMENT_PAUSE_MS: durationMs({ max: 3_600_000, default: 1_000 }),
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
