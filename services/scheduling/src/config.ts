import {
  AuthConfig,
  BrokerConfig,
  count,
  durationDays,
  durationHours,
  durationMinutes,
  durationMs,
  HttpConfig,
  linkBase,
  postgresUrl,
  rule,
} from '@punctual/chassis';
import { z } from 'zod';

/** The environment of scheduling; the README lists every variable. */
export const Config = z
  .object({
    ...HttpConfig.shape,
    ...AuthConfig.shape,
    ...BrokerConfig.shape,
    DATABASE_URL: postgresUrl(),
    /** Past the pooler that `DATABASE_URL` leads to. */
    DATABASE_DIRECT_URL: postgresUrl().optional(),
    /** At least two: a migration runs beside the lock that it waits for. */
    DATABASE_POOL_SIZE: count({ min: 2, max: 1_000, default: 10 }),
    /** How far ahead a window may start. */
    SCHEDULE_HORIZON_DAYS: durationDays({ max: 3_650, default: 60 }),
    /** How short a window may be. */
    SCHEDULE_MIN_MINUTES: durationMinutes({ max: 527_040, default: 30 }),
    /** How long a window may be: 14 days, and never more than a year. */
    SCHEDULE_MAX_MINUTES: durationMinutes({ max: 527_040, default: 20_160 }),
    /** How long a proposal waits for its answer. */
    PROPOSAL_TTL_HOURS: durationHours({ max: 8_760, default: 72 }),
    /** How many proposals one side may make for an assignment within an hour. */
    MAX_PROPOSALS_PER_HOUR: count({ max: 10_000, default: 20 }),
    /** How many assignments a customer may have with one provider who has not answered. */
    MAX_OPEN_PER_PAIR: count({ max: 10_000, default: 5 }),
    /** How many jobs of a customer may be open or assigned. */
    MAX_OPEN_JOBS: count({ max: 1_000_000, default: 200 }),
    /** Where the app opens an assignment: `<LINK_BASE>/assignments/<id>`. */
    LINK_BASE: linkBase().default('https://app.punctual.example'),
    EXPIRY_INTERVAL_MS: durationMs({ max: 3_600_000, default: 1_000 }),
  })
  .refine(
    (config) => config.SCHEDULE_MAX_MINUTES >= config.SCHEDULE_MIN_MINUTES,
    rule('SCHEDULE_MAX_MINUTES', ['SCHEDULE_MIN_MINUTES'], 'must not be less than SCHEDULE_MIN_MINUTES'),
  );
export type Config = z.infer<typeof Config>;
