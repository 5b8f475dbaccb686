import { DiscardPolicy, JetStreamApiError, RetentionPolicy, StorageType } from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { streams as contracted } from '@punctual/contracts';
import type { Broker } from './broker.ts';

const duplicateWindowMs = 10 * 60_000;
const dayMs = 86_400_000;
const nameInUseWithOtherConfiguration = 10058;

/** Those of the contracts, and those that only services and ops use. */
const streams = {
  ...contracted,
  /** What one consumer, which the subject names, is given again. */
  REPLAY: { subjects: ['replay.>'], max_age: nanos(7 * dayMs) },
  /** What JetStream says when it gives up on a message. */
  ADVISORY: {
    subjects: ['$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.>', '$JS.EVENT.ADVISORY.CONSUMER.MSG_TERMINATED.>'],
    max_age: nanos(7 * dayMs),
  },
} as const;

export type DeclaredStream = keyof typeof streams;

/** Makes the streams that this service writes to be there as design §6 has them: a full one refuses, and the outbox keeps. */
export async function declareStreams(
  broker: Pick<Broker, 'manager'>,
  names: readonly DeclaredStream[],
  replicas: number,
): Promise<void> {
  for (const name of names) {
    const wanted = {
      ...streams[name],
      subjects: [...streams[name].subjects],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      discard: DiscardPolicy.New,
      duplicate_window: nanos(duplicateWindowMs),
      num_replicas: replicas,
    };
    try {
      await broker.manager.streams.add({ name, ...wanted });
    } catch (error) {
      if (!(error instanceof JetStreamApiError) || error.code !== nameInUseWithOtherConfiguration) throw error;
      await broker.manager.streams.update(name, wanted);
    }
  }
}
