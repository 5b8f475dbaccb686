import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import type { Nats } from '../system/with-nats.ts';

/** Takes a letter out of the stream; it does not matter when somebody else has done so. */
export async function removeLetter({ manager }: Nats, sequence: number): Promise<void> {
  await manager.streams.deleteMessage('DLQ', sequence, false).catch(async (error: unknown) => {
    const letter = await manager.streams.getMessage('DLQ', { seq: sequence }).catch((missing: unknown) => {
      if (missing instanceof JetStreamApiError && missing.code === JetStreamApiCodes.NoMessageFound) return null;
      throw missing;
    });
    if (letter) throw error;
  });
}
