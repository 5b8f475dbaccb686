import { AuthConfig, BrokerConfig, HttpConfig } from '@punctual/chassis';
import { z } from 'zod';

/** What this service reads from its environment; the README says what each variable means. */
export const Config = z
  .object({
    ...HttpConfig.shape,
    ...AuthConfig.shape,
    ...BrokerConfig.shape,
    DATABASE_URL: z.string().min(1),
    DATABASE_POOL_SIZE: z.coerce.number().int().min(2).default(10),
    /** Amounts from here on, in minor units, need two different people. */
    PAYOUT_TWO_PERSON_MINOR: z.coerce.number().int().min(1).default(100_000),
    /** Who pays. `manual`: a person does, and records it. */
    PAYMENT_PROVIDER: z.enum(['manual', 'stripe']).default('manual'),
    STRIPE_API_KEY: z.string().optional(),
    /** With it notices of Stripe are taken, also while payments are made by hand again. */
    STRIPE_WEBHOOK_SECRET: z.string().optional(),
    STRIPE_API_BASE: z.url({ protocol: /^https?$/ }).default('https://api.stripe.com'),
    STRIPE_TIMEOUT_MS: z.coerce.number().int().min(1).max(25_000).default(10_000),
    /** How often one payment is tried before a person has to look, and the pause after the first try; it doubles. */
    PAYMENT_TRIES: z.coerce.number().int().min(1).max(20).default(8),
    PAYMENT_PAUSE_MS: z.coerce.number().int().min(0).default(1_000),
  })
  .superRefine((config, context) => {
    if (config.PAYMENT_PROVIDER !== 'stripe') return;
    for (const name of ['STRIPE_API_KEY', 'STRIPE_WEBHOOK_SECRET'] as const) {
      if (!config[name])
        context.addIssue({ code: 'custom', path: [name], message: 'PAYMENT_PROVIDER=stripe needs it' });
    }
  });
export type Config = z.infer<typeof Config>;
