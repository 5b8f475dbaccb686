import { AuthConfig, BrokerConfig, HttpConfig } from '@punctual/chassis';
import { z } from 'zod';

const whole = z.coerce.number().int().positive();

/** The environment of scheduling; the README lists every variable. */
export const Config = z
  .object({
    ...HttpConfig.shape,
    ...AuthConfig.shape,
    ...BrokerConfig.shape,
    DATABASE_URL: z.string().min(1),
    /** At least two: a migration runs beside the lock that it waits for. */
    DATABASE_POOL_SIZE: z.coerce.number().int().min(2).default(10),
    /** How far ahead a window may start. */
    SCHEDULE_HORIZON_DAYS: whole.default(60),
    /** How short a window may be. */
    SCHEDULE_MIN_MINUTES: whole.default(30),
    /** How long a window may be: 14 days, and never more than a year. */
    SCHEDULE_MAX_MINUTES: whole.max(527_040).default(20_160),
    /** How long a proposal waits for its answer. */
    PROPOSAL_TTL_HOURS: whole.default(72),
    /** Where the app opens an assignment: `<LINK_BASE>/assignments/<id>`. */
    LINK_BASE: z.url().default('https://app.punctual.example'),
    EXPIRY_INTERVAL_MS: whole.default(1_000),
  })
  .refine((config) => config.SCHEDULE_MAX_MINUTES >= config.SCHEDULE_MIN_MINUTES, {
    path: ['SCHEDULE_MAX_MINUTES'],
    error: 'must not be less than SCHEDULE_MIN_MINUTES',
  });
export type Config = z.infer<typeof Config>;
