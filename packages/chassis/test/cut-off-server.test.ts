import { randomUUID } from 'node:crypto';
import { jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { applyStreams, type NatsCluster, startNatsCluster } from '@punctual/devstack';
import { type CutKind, createRouteLinks, createTestLifecycle, eventually, type TestLifecycle } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BrokerConfig, connectBroker, holdStream, readConfig } from '../src/index.ts';
import { createLogger } from '../src/process/logger.ts';

const routes = createRouteLinks();
let cluster: NatsCluster;
const open: NatsConnection[] = [];
let lifecycle: TestLifecycle | undefined;

beforeAll(async () => {
  cluster = await startNatsCluster({ routeThrough: routes.through });
  // On a busy machine a new cluster may take longer to place a stream than ops waits.
  await eventually(() => applyStreams(cluster.url, { STREAM_REPLICAS: '3' }), { withinMs: 120_000 });
});
afterEach(async () => {
  routes.heal();
  await lifecycle?.stop();
  await Promise.all(open.splice(0).map((connection) => connection.close()));
});
afterAll(async () => {
  routes.close();
  await cluster.stop();
});

const urlOf = (server: number) => cluster.servers[server]?.url ?? '';

async function connectTo(servers: string[]): Promise<NatsConnection> {
  const connection = await connect({ servers, maxReconnectAttempts: -1, reconnectTimeWait: 50 });
  open.push(connection);
  return connection;
}

test.each<CutKind>(['reset', 'hold'])(
  'a service leaves a server that is cut off from the others (%s)',
  async (kind) => {
    const text: string[] = [];
    const logger = createLogger({ name: 'test', level: 'info' }, { write: (line: string) => void text.push(line) });
    lifecycle = createTestLifecycle();
    const config = readConfig(BrokerConfig, { NATS_URL: cluster.url });
    const { connection, publish } = await connectBroker({ config, name: 'scheduling', logger, lifecycle }).connected();
    const server = cluster.servers.findIndex(({ url }) => url.endsWith(connection.getServer()));
    expect(server).toBeGreaterThanOrEqual(0);
    routes.cutOff(server, kind);

    const event = { id: randomUUID(), subject: 'schedule.proposed', payload: '{}', traceparent: undefined };
    await eventually(() => publish(event), { withinMs: 60_000, everyMs: 250 });
    expect(urlOf(server)).not.toContain(connection.getServer());
    expect(text.join('')).toContain('JetStream does not answer through this server; trying another');
  },
  120_000,
);

test('what a server that was cut off remembers of a stream is not taken for the stream', async () => {
  const [one, others] = [await connectTo([urlOf(0)]), await connectTo([urlOf(1), urlOf(2)])];
  const manager = await jetstreamManager(one, { checkAPI: false, timeout: 2_000 });
  // The server may still lack what was stored while it was cut off before.
  const before = await eventually(
    async () => {
      const { cluster, state } = await manager.streams.info('PAYOUT');
      const isWhole =
        cluster?.leader && cluster.replicas?.length === 2 && cluster.replicas.every(({ current }) => current);
      if (!isWhole) throw new Error('The stream is not whole.');
      return state.last_seq;
    },
    { withinMs: 60_000, everyMs: 250 },
  );
  routes.cutOff(0, 'reset');
  await eventually(() => jetstream(others).publish('payout.pending', '{}'), { withinMs: 30_000 });
  // It has no leader, knows nothing of the message, and answers all the same.
  const stale = await eventually(
    async () => {
      const info = await manager.streams.info('PAYOUT');
      if (info.cluster?.leader) throw new Error(`${info.cluster.leader} still leads`);
      return info;
    },
    { withinMs: 60_000, everyMs: 250 },
  );
  expect(stale.state.last_seq).toBe(before);
  await expect(holdStream({ manager }, 'PAYOUT')).rejects.toThrow('no leader');
  routes.heal();
  await eventually(async () => expect((await holdStream({ manager }, 'PAYOUT'))?.lastSequence).toBe(before + 1));
}, 180_000);
