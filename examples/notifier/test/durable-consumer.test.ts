import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { allEvents } from '@punctual/contracts';
import { natsSignIn } from '@punctual/devstack';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { publish, run } from './run.ts';

let environment: TestEnvironment;
let connection: NatsConnection;

beforeAll(async () => {
  environment = await testEnvironment({ nats: true, streams: true });
  connection = await connect({ servers: environment.natsUrl });
});

afterAll(async () => {
  await connection?.close();
  await environment?.stop();
});

test('docs/events.md shows the very file that the next test runs', () => {
  const read = (path: string) => readFileSync(join(import.meta.dirname, path), 'utf8');
  expect(read('../../../docs/events.md')).toContain(`\`\`\`ts\n${read('../src/durable-consumer.ts')}\`\`\`\n`);
});

test('the durable consumer of the guide tells what was published before it, and acknowledges', async () => {
  const reader = await connect({ servers: environment.natsUrl, ...natsSignIn('notifier') });
  const manager = await jetstreamManager(reader);
  await publish(connection, allEvents['reminder.due'].example);
  const consumer = run('durable-consumer.ts', { NATS_URL: environment.natsUrl });
  try {
    await eventually(() =>
      expect(consumer.output()).toContain('remind CUSTOMER and PROVIDER of 2026-12-01T10:00:00+01:00\n'),
    );
    await eventually(async () =>
      expect((await manager.consumers.info('REMINDER', 'notifier')).ack_floor.stream_seq).toBe(1),
    );
  } finally {
    await consumer.end();
    await reader.close();
  }
});
