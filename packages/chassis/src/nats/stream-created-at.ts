import type { StreamInfo } from '@nats-io/jetstream';

/**
 * Metadata of a copy of a stream: when the stream itself was created, as JetStream writes it. On the
 * stream: when it lost its end, after which its sequences mean other messages (ADR 0037).
 */
export const originCreated = 'punctual-origin-created';

/**
 * When the sequences of a stream began, in epoch milliseconds. A copy answers for the stream that it mirrors,
 * since both have the same sequences: a position that was read from one holds on the other.
 */
export function streamCreatedAt({ created, config }: Pick<StreamInfo, 'created' | 'config'>): number {
  return Date.parse(config.metadata?.[originCreated] ?? created);
}
