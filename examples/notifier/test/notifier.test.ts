import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type JetStreamManager, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { allEvents } from '@punctual/contracts';
import { applyStreams, natsSignIn } from '@punctual/devstack';
import { eventually, type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { type NotifierRun, publish, run } from './run.ts';

const { example } = allEvents['reminder.due'];
const idOf = (number: number) => `01936f2a-7c10-7000-8000-${String(number).padStart(12, '0')}`;
const due = (number: number) => ({ ...example, id: idOf(number) });

let environment: TestEnvironment;
let connection: NatsConnection;
let reader: NatsConnection;
/** What the notifier sees. */
let manager: JetStreamManager;
let folder: string;
let notifier: NotifierRun | undefined;

beforeAll(async () => {
  environment = await testEnvironment({ nats: true });
  connection = await connect({ servers: environment.natsUrl });
  reader = await connect({ servers: environment.natsUrl, ...natsSignIn('notifier') });
  manager = await jetstreamManager(reader);
});

afterAll(async () => {
  await reader?.close();
  await connection?.close();
  await environment?.stop();
});

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'notifier-'));
  await applyStreams(environment.natsUrl);
});

afterEach(async () => {
  await notifier?.end();
  const { streams } = await jetstreamManager(connection);
  for (const stream of ['REMINDER', 'SCHEDULE']) await streams.delete(stream);
  rmSync(folder, { recursive: true });
});

const start = () => {
  notifier = run('main.ts', { NATS_URL: environment.natsUrl, SENT_FILE: join(folder, 'sent.txt') });
  return notifier;
};

const sentText = () => readFileSync(join(folder, 'sent.txt'), 'utf8');

const sentIds = () => {
  const lines = sentText().trimEnd().split('\n');
  return lines.map((line) => line.split(' ')[0]);
};

/** Waits until nothing is left to be delivered or acknowledged. */
const handled = () =>
  eventually(async () => {
    const { num_pending, num_ack_pending } = await manager.consumers.info('REMINDER', 'notifier');
    expect(num_pending + num_ack_pending).toBe(0);
  });

test('every reminder that is due becomes a line, whatever else there is in the stream', async () => {
  const of = (type: string) => ({ ...due(9), type });
  await publish(connection, due(1), of('reminder.queued'), of('reminder.due.v2'), { type: 'reminder.due' }, due(2));
  const { output } = start();
  await eventually(() => expect(sentText()).toContain(idOf(2)));
  await handled();
  expect(sentIds()).toEqual([idOf(1), idOf(2)]);
  expect(output()).toContain('event 4 of reminder.due is malformed');
});

test('an event that comes again is not sent again, nor after a restart, nor in a replay of all', async () => {
  await publish(connection, due(1), due(1));
  start();
  await eventually(() => expect(sentText()).toContain(idOf(1)));
  await handled();
  expect(await notifier?.end()).toBe(0);

  await manager.consumers.delete('REMINDER', 'notifier');
  await publish(connection, due(2));
  start();
  await eventually(() => expect(sentIds()).toEqual([idOf(1), idOf(2)]));
  await handled();
  expect(sentIds()).toEqual([idOf(1), idOf(2)]);
});

test('the lines about an erased person are erased, and none is sent again', async () => {
  await publish(connection, due(1));
  start();
  await eventually(() => expect(sentText()).toContain(idOf(1)));
  const { customerId } = example.data;
  const erasure = {
    ...allEvents['person.erased'].example,
    data: { personId: customerId, at: '2099-01-01T00:00:00.000Z' },
  };

  await publish(connection, erasure);

  await eventually(() => expect(sentText()).toContain(`person.erased ${erasure.data.at} ${customerId}`));
  expect(sentText()).toMatch(new RegExp(`^${idOf(1)} \\S+ - \\[erased\\]$`, 'm'));
  expect(sentText()).not.toContain(example.data.link);
  expect(await notifier?.end()).toBe(0);
  await manager.consumers.delete('REMINDER', 'notifier');
  await publish(connection, due(2));
  start();
  await eventually(() => expect(sentIds()).toContain(idOf(2)));
  await handled();
  expect(sentText()).not.toContain(example.data.link);
  expect(sentIds().filter((id) => id === idOf(1))).toHaveLength(1);
});
