import { AuthConfig, BrokerConfig, HttpConfig } from '@punctual/chassis';
import { z } from 'zod';

/** What this service reads from its environment; the README says what each variable means. */
export const Config = z.object({
  ...HttpConfig.shape,
  ...AuthConfig.shape,
  ...BrokerConfig.shape,
  DATABASE_URL: z.string().min(1),
  DATABASE_POOL_SIZE: z.coerce.number().int().min(2).default(10),
  /** Amounts from here on, in minor units, need two different people. */
  PAYOUT_TWO_PERSON_MINOR: z.coerce.number().int().min(1).default(100_000),
  /** Who pays. `manual`: a person does, and records it. */
  PAYMENT_PROVIDER: z.enum(['manual']).default('manual'),
});
export type Config = z.infer<typeof Config>;
