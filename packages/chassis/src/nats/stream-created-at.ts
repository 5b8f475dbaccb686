import type { StreamInfo } from '@nats-io/jetstream';

/** Metadata of a copy of a stream: when the stream itself was created, as JetStream writes it. */
export const originCreated = 'punctual-origin-created';

/**
 * When a stream was created, in epoch milliseconds. A copy answers for the stream that it mirrors,
 * since both have the same sequences: a position that was read from one holds on the other.
 */
export function streamCreatedAt({ created, config }: Pick<StreamInfo, 'created' | 'config'>): number {
  return Date.parse(config.metadata?.[originCreated] ?? created);
}
