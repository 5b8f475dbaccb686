import { connect } from '@nats-io/transport-node';
import { notify } from './notifier.ts';
import { openSentLines } from './sent-lines.ts';

const { NATS_URL = 'nats://127.0.0.1:4222', NATS_PASSWORD = 'notifier', SENT_FILE = 'sent.txt' } = process.env;

const stopping = new AbortController();
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, () => stopping.abort());

const connection = await connect({
  servers: NATS_URL.split(','),
  name: 'notifier',
  maxReconnectAttempts: -1,
  user: 'notifier',
  pass: NATS_PASSWORD,
  // The only one that this user of NATS may read.
  inboxPrefix: '_INBOX.notifier',
});
console.log(`connected to ${connection.getServer()}; the lines go to ${SENT_FILE}`);
await notify({ connection, sent: await openSentLines(SENT_FILE) }, stopping.signal);
await connection.drain();
