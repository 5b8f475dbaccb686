import { Migrator } from '@mikro-orm/migrations';
import { type EntityManager, MikroORM } from '@mikro-orm/postgresql';
import type { HealthCheck, Lifecycle } from '@punctual/chassis';
import { AssignmentViewRow } from './assignment-view-row.ts';
import { IdempotencyKeyRow } from './idempotency-key-row.ts';
import { CreatePayouts } from './migrations/20261122-create-payouts.ts';
import { PayoutRow } from './payout-row.ts';
import { PayoutTimelineRow } from './payout-timeline-row.ts';

export type Database = {
  /** An EntityManager of its own for one request or one message. */
  fork(): EntityManager;
  check: HealthCheck;
};

/** Connects, and brings the schema up to date before anything else may happen. */
export async function openDatabase(deps: { url: string; poolSize: number; lifecycle: Lifecycle }): Promise<Database> {
  const orm = await MikroORM.init({
    clientUrl: deps.url,
    entities: [AssignmentViewRow, IdempotencyKeyRow, PayoutRow, PayoutTimelineRow],
    extensions: [Migrator],
    migrations: { migrationsList: [CreatePayouts], snapshot: false, silent: true },
    // Batched updates lose the version check of all rows but one.
    useBatchUpdates: false,
    pool: { min: 0, max: deps.poolSize },
  });
  deps.lifecycle.onShutdown('database', () => orm.close());
  await orm.connect();
  await migrate(orm);
  return {
    fork: () => orm.em.fork(),
    check: { name: 'database', required: true, check: async () => void (await orm.em.fork().execute('select 1')) },
  };
}

/** One instance at a time: the others wait for the lock and then find nothing to do. */
async function migrate(orm: MikroORM): Promise<void> {
  await orm.em.fork().transactional(async (em) => {
    await em.execute(`select pg_advisory_xact_lock(hashtextextended('migrations', 0))`);
    await orm.migrator.up();
  });
}
