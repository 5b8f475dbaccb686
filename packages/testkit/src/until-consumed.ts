import type { JetStreamManager } from '@nats-io/jetstream';
import { eventually } from '@punctual/devstack';

/** Waits until a durable has acknowledged every message of its stream that it reads. */
export function untilConsumed(
  { manager }: { manager: JetStreamManager },
  stream: string,
  durable: string,
): Promise<void> {
  return eventually(async () => {
    const { num_pending, num_ack_pending, delivered, config } = await manager.consumers.info(stream, durable);
    if (num_pending + num_ack_pending > 0) {
      throw new Error(`${durable} on ${stream}: ${num_pending} pending, ${num_ack_pending} unacknowledged`);
    }
    // The server counts a new message as pending a moment after it has stored it.
    for (const subject of config.filter_subjects ?? [config.filter_subject || '>']) {
      const last = await manager.streams.getMessage(stream, { last_by_subj: subject });
      if (last && last.seq > delivered.stream_seq) {
        throw new Error(`${durable} on ${stream}: message ${last.seq} is not delivered yet`);
      }
    }
  });
}
