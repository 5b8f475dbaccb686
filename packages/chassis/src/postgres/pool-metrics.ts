import type { Pool } from 'pg';
import { observed, observeTogether } from '../telemetry/instruments.ts';

const name = { 'db.client.connection.pool.name': 'postgresql' };

/** Reports how the pool is used, until the signal is aborted. */
export function observePool(pool: Pool, signal: AbortSignal): void {
  const count = observed('db.client.connection.count');
  const max = observed('db.client.connection.max');
  const pending = observed('db.client.connection.pending_requests');
  observeTogether(
    [count, max, pending],
    (result) => {
      const { totalCount, idleCount, waitingCount } = pool;
      result.observe(count, totalCount - idleCount, { ...name, 'db.client.connection.state': 'used' });
      result.observe(count, idleCount, { ...name, 'db.client.connection.state': 'idle' });
      result.observe(max, pool.options.max, name);
      result.observe(pending, waitingCount, name);
    },
    signal,
  );
}
