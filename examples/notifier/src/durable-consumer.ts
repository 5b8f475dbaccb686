import { AckPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { readReminderEvent } from '@punctual/contracts';

const { NATS_URL: servers = 'nats://127.0.0.1:4222', NATS_PASSWORD: pass = 'notifier' } = process.env;
const connection = await connect({ servers, user: 'notifier', pass, inboxPrefix: '_INBOX.notifier' });
const durable = { durable_name: 'notifier', ack_policy: AckPolicy.Explicit, filter_subject: 'reminder.due' };
await (await jetstreamManager(connection)).consumers.add('REMINDER', durable);
const consumer = await jetstream(connection).consumers.get('REMINDER', 'notifier');
for await (const message of await consumer.consume({ max_messages: 32 })) {
  const event = readReminderEvent(message.json());
  if (event) console.log(`remind ${event.data.audience.join(' and ')} of ${event.data.window.localStart}`);
  message.ack();
}
