import { toDate, toInstant } from './documents.ts';
import type { Store } from './store.ts';

/** The scheduler's last sign of life, in any instance. */
export type Heartbeat = { at: Temporal.Instant; lagMs: number };

export async function saveHeartbeat(store: Store, { at, lagMs }: Heartbeat): Promise<void> {
  await store.heartbeats.updateOne({ _id: 'heartbeat' }, { $set: { at: toDate(at), lagMs } }, { upsert: true });
}

export async function findHeartbeat(store: Store): Promise<Heartbeat | undefined> {
  const found = await store.heartbeats.findOne({ _id: 'heartbeat' });
  return found === null ? undefined : { at: toInstant(found.at), lagMs: found.lagMs ?? 0 };
}

export async function recordDispatch(store: Store, at: Temporal.Instant): Promise<void> {
  await store.heartbeats.updateOne({ _id: 'dispatch' }, { $max: { at: toDate(at) } }, { upsert: true });
}

/** When a reminder was last sent, by any instance. */
export async function findLastDispatch(store: Store): Promise<Temporal.Instant | undefined> {
  const found = await store.heartbeats.findOne({ _id: 'dispatch' });
  return found === null ? undefined : toInstant(found.at);
}
