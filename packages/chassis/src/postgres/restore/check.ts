import type { HealthCheck } from '../../http/health.ts';
import type { Queryable } from '../statement.ts';

/**
 * Keeps requests away while the database is known to be older than its stream: what people see and
 * change there is not what they have agreed on.
 */
export function restoreCheck(database: Queryable): HealthCheck {
  return {
    name: 'restore',
    required: true,
    check: async () => {
      const rows = await database.query('select from restore');
      if (rows.length > 0) throw new Error('The database is older than its stream.');
    },
  };
}
