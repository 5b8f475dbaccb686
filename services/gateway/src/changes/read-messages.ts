import type { Consumer, ConsumerMessages } from '@nats-io/jetstream';

/** How often NATS says that a reader without new messages is still served. */
const heartbeatMs = 2_000;
const silentMs = 3 * heartbeatMs;

/**
 * Reads an ordered consumer. Reading ends with an error when NATS has lost the consumer, and when
 * it is silent for six seconds: after a restart of a NATS server the client may wait for minutes
 * until it asks again.
 */
export async function readMessages(consumer: Consumer): Promise<ConsumerMessages> {
  const options = { max_messages: 500, idle_heartbeat: heartbeatMs, abort_on_missing_resource: true };
  const messages = await consumer.consume(options);
  void endWhenSilent(messages);
  return messages;
}

async function endWhenSilent(messages: ConsumerMessages): Promise<void> {
  let heartbeats = 0;
  let last = { signs: 0, at: performance.now() };
  const timer = setInterval(() => {
    const signs = heartbeats + messages.getReceived();
    const at = performance.now();
    if (signs !== last.signs) {
      last = { signs, at };
    } else if (at - last.at >= silentMs) {
      clearInterval(timer);
      messages.stop(new Error('NATS sends neither messages nor heartbeats.'));
    }
  }, heartbeatMs).unref();
  for await (const { type } of messages.status()) if (type === 'heartbeat') heartbeats += 1;
  clearInterval(timer);
}
