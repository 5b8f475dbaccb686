import { heartbeatEveryMs } from '../domain/health.ts';
import { msBetween } from '../domain/instants.ts';
import { findHeartbeat, saveHeartbeat } from '../persistence/heartbeat-store.ts';
import type { RemindersDeps } from './deps.ts';

/** Records that the scheduler runs, and how much later than planned this heartbeat is. */
export async function recordHeartbeat({ store, now }: Pick<RemindersDeps, 'store' | 'now'>): Promise<void> {
  const at = now();
  const last = await findHeartbeat(store);
  const lagMs = last === undefined ? 0 : Math.max(0, msBetween(last.at, at) - heartbeatEveryMs);
  await saveHeartbeat(store, { at, lagMs });
}
