import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { connect } from '@nats-io/transport-node';
import { announce, readVersion } from '@punctual/chassis';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { lookAtStreams, runningInstances, type StreamsView } from '../src/index.ts';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world?.stop());

const partsOf = ({ streams }: StreamsView) => {
  const schedule = streams.find(({ name }) => name === 'SCHEDULE');
  return { schedule, payouts: schedule?.consumers.find(({ name }) => name === 'payouts-schedule') };
};

test('lookAtStreams shows how full a stream is, how far its consumers are, and rates from the second look on', async () => {
  const before = Temporal.Now.instant();
  for (let n = 0; n < 3; n += 1) await world.confirm(randomUUID());
  const first = await lookAtStreams(world.nats);
  const { schedule, payouts } = partsOf(first);
  expect(schedule?.held).toMatchObject({ messages: 3, maxMessages: null, lastSequence: 3, rate: null, replicas: 1 });
  expect(schedule?.held?.used).toBeCloseTo((schedule?.held?.bytes ?? 0) / (schedule?.held?.maxBytes ?? 1));
  expect(Date.parse(schedule?.held?.oldestAt ?? '')).toBeGreaterThanOrEqual(before.epochMilliseconds);
  expect(payouts).toMatchObject({ subjects: ['schedule.>'], pending: 3, ackPending: 0, rate: null, isPaused: false });
  expect(payouts?.oldestAt).toBe(new Date(schedule?.held?.oldestAt ?? '').toISOString());

  await world.nats.manager.consumers.pause('SCHEDULE', 'reminders-schedule', new Date(Date.now() + 60_000));
  world.startPayouts(() => false);
  await world.confirm(randomUUID());
  await eventually(async () => {
    const second = await lookAtStreams(world.nats, first);
    expect(partsOf(second).payouts).toMatchObject({ pending: 0, ackPending: 0, oldestAt: null });
    expect(partsOf(second).payouts?.rate).toBeGreaterThan(partsOf(second).schedule?.held?.rate ?? 0);
    expect(partsOf(second).schedule?.consumers.find(({ isPaused }) => isPaused)?.name).toBe('reminders-schedule');
  });
  await world.nats.manager.streams.delete('PAYOUT');
  const without = await lookAtStreams(world.nats, first);
  expect(without.streams.find(({ name }) => name === 'PAYOUT')).toEqual({
    name: 'PAYOUT',
    held: undefined,
    consumers: [],
  });
});

test('runningInstances names each instance that announces itself, and no other NATS service', async () => {
  const folder = new URL('../../../services/payouts/', import.meta.url);
  const version = readVersion('payouts', folder, '5972e9e');
  for (const _ of [1, 2]) announce({ broker: world.broker, logger: world.logger, version });
  const connection = await connect({ servers: world.url });
  const other = JSON.stringify({ name: 'other', id: 'x', version: '1', endpoints: [] });
  world.nats.connection.subscribe('$SRV.INFO', { callback: (_error, message) => void message.respond(other) });
  // The announcement subscribes without waiting.
  await delay(0);
  await world.nats.connection.flush();
  const instances = await runningInstances(connection);
  await connection.close();
  const { startedAt, contracts, version: number } = version;
  const expected = {
    service: 'payouts',
    id: expect.any(String),
    version: number,
    revision: '5972e9e',
    contracts,
    startedAt,
  };
  expect(instances).toEqual([expected, expected]);
});
