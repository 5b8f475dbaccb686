import { JetStreamApiCodes, JetStreamApiError } from '@nats-io/jetstream';
import { readHeaders } from '@punctual/chassis';
import type { Nats } from '../nats.ts';
import type { Content } from './stored-dead-letter.ts';

const noneThere: readonly number[] = [JetStreamApiCodes.NoMessageFound, JetStreamApiCodes.StreamNotFound];

/**
 * Finds the message that was dead-lettered in its original stream.
 * @param origin.storedAt when the stream stored it: a rebuilt stream has another message with the
 *   same sequence
 */
export async function findOriginal(
  { manager }: Nats,
  origin: { stream: string; sequence: number; storedAt: string },
): Promise<Content | undefined> {
  const message = await manager.streams.getMessage(origin.stream, { seq: origin.sequence }).catch((error: unknown) => {
    if (error instanceof JetStreamApiError && noneThere.includes(error.code)) return null;
    throw error;
  });
  if (message?.time.toISOString() !== origin.storedAt) return undefined;
  return { headers: readHeaders(() => message.header), data: message.data };
}
