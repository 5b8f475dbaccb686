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
  rule,
} from '@punctual/chassis';
import { DatabaseConfig } from '@punctual/chassis/postgres';
import { z } from 'zod';

/** The environment of scheduling; the README lists every variable. */
export const Config = z
  .object({
    ...HttpConfig.shape,
    ...AuthConfig.shape,
    ...BrokerConfig.shape,
    ...DatabaseConfig.shape,
    DATABASE_URL: DatabaseConfig.shape.DATABASE_URL.describe(
      'PostgreSQL 18, its own database, with the right to create the extensions `btree_gist` and `pg_trgm`. [Parameters](../../README.md#the-url-of-a-database).',
    ),
    SCHEDULE_HORIZON_DAYS: durationDays({ max: 3_650, default: 60 }).describe('How far ahead a window may start.'),
    SCHEDULE_MIN_MINUTES: durationMinutes({ max: 527_040, default: 30 }).describe('The shortest window.'),
    SCHEDULE_MAX_MINUTES: durationMinutes({ max: 527_040, default: 20_160 }).describe(
      'The longest window; 20160 is 14 days.',
    ),
    PROPOSAL_TTL_HOURS: durationHours({ max: 8_760, default: 72 }).describe(
      'How long a proposal waits for an answer, at most until its start.',
    ),
    MAX_PROPOSALS_PER_HOUR: count({ max: 10_000, default: 20 }).describe(
      'Proposals of one side for an assignment within an hour, counter-proposals included; ops is not limited.',
    ),
    MAX_OPEN_PER_PAIR: count({ max: 10_000, default: 5 }).describe(
      'Unanswered assignments that a customer may have with one provider.',
    ),
    MAX_OPEN_JOBS: count({ max: 1_000_000, default: 200 }).describe('`OPEN` or `ASSIGNED` jobs of a customer.'),
    LINK_BASE: linkBase()
      .default('https://app.punctual.example')
      .describe('Events link to `<LINK_BASE>/assignments/<id>`.'),
    EXPIRY_INTERVAL_MS: durationMs({ max: 3_600_000, default: 1_000 }).describe(
      'The pause between two sweeps for expired proposals.',
    ),
  })
  .refine(
    (config) => config.SCHEDULE_MAX_MINUTES >= config.SCHEDULE_MIN_MINUTES,
    rule('SCHEDULE_MAX_MINUTES', ['SCHEDULE_MIN_MINUTES'], 'must not be less than SCHEDULE_MIN_MINUTES'),
  );
export type Config = z.infer<typeof Config>;
