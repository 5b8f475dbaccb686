import type { Store } from './store.ts';

/** The last beat of the scheduler, of any instance. */
export type Heartbeat = { at: Date; lagMs: number };

export async function recordHeartbeat(store: Store, { at, lagMs }: Heartbeat): Promise<void> {
  await store.pulse.updateOne({ _id: 'heartbeat' }, { $set: { at, lagMs } }, { upsert: true });
}

export async function findHeartbeat(store: Store): Promise<Heartbeat | undefined> {
  const pulse = await store.pulse.findOne({ _id: 'heartbeat' });
  return pulse === null ? undefined : { at: pulse.at, lagMs: pulse.lagMs ?? 0 };
}

export async function recordDispatch(store: Store, at: Date): Promise<void> {
  await store.pulse.updateOne({ _id: 'dispatch' }, { $max: { at } }, { upsert: true });
}

/** When a reminder was last sent, by any instance. */
export async function findLastDispatch(store: Store): Promise<Date | undefined> {
  return (await store.pulse.findOne({ _id: 'dispatch' }))?.at;
}
