import { runTask } from '../task.ts';
import { type DatabaseDeps, openDatabase } from './database.ts';
import { DatabaseConfig } from './database-config.ts';

/**
 * A process that migrates a service's database and exits, so that a roll-out need not wait for it.
 * It runs what the start of the service runs, under the same lock, and reads only the settings of
 * `DatabaseConfig`.
 */
export function runMigrations(service: string, schema: Pick<DatabaseDeps, 'migrations'>): Promise<void> {
  return runTask({
    name: `${service}-migrate`,
    config: DatabaseConfig,
    run: ({ config, lifecycle }) =>
      openDatabase({
        url: config.DATABASE_URL,
        directUrl: config.DATABASE_DIRECT_URL,
        poolSize: config.DATABASE_POOL_SIZE,
        ...schema,
        lifecycle,
      }),
  });
}
