import type { CommandDeps } from '../commands/deps.ts';
import { findHeartbeat, recordHeartbeat } from '../persistence/pulse.ts';

/** How often the scheduler shows that it is alive. */
export const heartbeatEveryMs = 5_000;

/** Measures how much later than it should this job has come. */
export async function beat({ store, now }: CommandDeps): Promise<void> {
  const at = now();
  const last = await findHeartbeat(store);
  const lagMs = last === undefined ? 0 : Math.max(0, at.getTime() - last.at.getTime() - heartbeatEveryMs);
  await recordHeartbeat(store, { at, lagMs });
}
