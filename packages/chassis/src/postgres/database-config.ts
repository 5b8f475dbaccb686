import { z } from 'zod';
import { count } from '../process/numbers.ts';
import { postgresUrl } from './url.ts';

/** The settings of a service's database. */
export const DatabaseConfig = z.object({
  DATABASE_URL: postgresUrl().describe(
    'PostgreSQL 18, its own database. [Parameters](../../README.md#the-url-of-a-database).',
  ),
  DATABASE_DIRECT_URL: postgresUrl()
    .optional()
    .describe('Bypasses a pooler, for migrations and the outbox leader. Unset: `DATABASE_URL`.'),
  // At least two: a migration runs beside the lock that it waits for.
  DATABASE_POOL_SIZE: count({ min: 2, max: 1_000, default: 10 }).describe(
    "Connections of one instance, besides the relay's.",
  ),
});
export type DatabaseConfig = z.infer<typeof DatabaseConfig>;
