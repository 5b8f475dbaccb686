import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { readReminderEvent } from '@punctual/contracts';

const connection = await connect({ servers: process.env.NATS_URL ?? 'nats://127.0.0.1:4222' });
const durable = { durable_name: 'my-team', ack_policy: AckPolicy.Explicit, filter_subject: 'reminder.due' };
await (await jetstreamManager(connection)).consumers.add('REMINDER', durable);
const consumer = await jetstream(connection).consumers.get('REMINDER', 'my-team');
for await (const message of await consumer.consume({ max_messages: 32 })) {
  const event = readReminderEvent(message.json());
  if (event) console.log(`remind ${event.data.audience.join(' and ')} of ${event.data.window.localStart}`);
  message.ack();
}
