import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { applyStreams, type NatsCluster, startNatsCluster } from '../src/index.ts';

let cluster: NatsCluster;
let connection: NatsConnection;

beforeAll(async () => {
  cluster = await startNatsCluster();
  await applyStreams(cluster.url, { STREAM_REPLICAS: '3', NODE_OPTIONS: '--not-for-ops' });
  connection = await connect({ servers: cluster.url.split(','), maxReconnectAttempts: -1, reconnectTimeWait: 50 });
});

afterAll(async () => {
  await connection?.close();
  await cluster?.stop();
});

test('a cluster stores and keeps each message while one server is killed and another restarted', async () => {
  const manager = await jetstreamManager(connection);
  const client = jetstream(connection, { timeout: 20_000 });
  const state = async () => {
    const { config, cluster: peers, state } = await manager.streams.info('SCHEDULE');
    const current = peers?.replicas?.filter((replica) => replica.current).length;
    return { copies: config.num_replicas, current, messages: state.messages };
  };
  expect(await state()).toEqual({ copies: 3, current: 2, messages: 0 });
  const [first, second] = cluster.servers;
  await first?.signal('SIGKILL');
  await first?.halt();
  await client.publish('schedule.proposed', 'while the first is down', { retries: 20 });
  await first?.resume();
  await second?.halt();
  await client.publish('schedule.proposed', 'while the second is down', { retries: 20 });
  await second?.resume();
  await expect.poll(state).toEqual({ copies: 3, current: 2, messages: 2 });
});

test('a cluster refuses PUNCTUAL_SERVERS=docker with advice', async () => {
  const env = { ...process.env, PUNCTUAL_SERVERS: 'docker' };
  await expect(startNatsCluster({ env })).rejects.toThrow('unset PUNCTUAL_SERVERS');
});
