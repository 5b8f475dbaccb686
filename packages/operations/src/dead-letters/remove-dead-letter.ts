import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { Nats } from '../nats.ts';

/** Removes a dead letter from the DLQ. Succeeds if it is removed already. */
export async function removeDeadLetter({ manager }: Nats, sequence: number): Promise<void> {
  await manager.streams.deleteMessage('DLQ', sequence, false).catch(async (error: unknown) => {
    const letter = await manager.streams.getMessage('DLQ', { seq: sequence }).catch((missing: unknown) => {
      if (missing instanceof JetStreamApiError && missing.code === JetStreamApiCodes.NoMessageFound) return null;
      throw missing;
    });
    if (letter) throw error;
  });
}
