import {
  AuthConfig,
  type Broker,
  BrokerConfig,
  connectBroker,
  createAuthenticate,
  createHttpApp,
  HttpConfig,
  publishEvent,
  type Service,
  startService,
} from '@punctual/chassis';
import { type Payout, type PayoutEvent, payoutEvents, type Role, type ScheduleEvent } from '@punctual/contracts';
import { contractFetch, testEnvironment } from '@punctual/devstack';
import { Client } from 'pg';
import { vi } from 'vitest';
import { z } from 'zod';
import { payouts } from '../src/app.ts';

export type Reply = { status: number; headers: Headers; text: string; body: Record<string, unknown> };

export type CallOptions = { body?: unknown; headers?: Record<string, string> };

const waiting = `from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()`;

export type World = Awaited<ReturnType<typeof createWorld>>;

/** The payouts service on real servers, with the test in the place of scheduling, of its clients and of its subscribers. */
export async function createWorld({
  instances = 1,
  env = {},
}: {
  instances?: number;
  env?: Record<string, string>;
} = {}) {
  const environment = await testEnvironment({ postgres: true, nats: true, streams: true });
  const serviceEnv = { LOG_LEVEL: 'silent', ...environment.env, ...env };
  const database = new Client({ connectionString: environment.databaseUrl });
  await database.connect();

  const peer = await startPeer(environment.env);
  const { broker } = peer;

  const services: Service[] = [];
  const start = async () => {
    const service = await startService(payouts, serviceEnv);
    services.push(service);
    return service;
  };
  for (let started = 0; started < instances; started += 1) await start();

  const tokens = new Map<string, Promise<string>>();
  const tokenOf = (role: Role, sub: string) => {
    const known = tokens.get(`${role} ${sub}`) ?? environment.token(role, sub);
    tokens.set(`${role} ${sub}`, known);
    return known;
  };

  const fetch = contractFetch();
  /** One of the running instances in turn answers. */
  let turn = 0;
  const call = async (
    role: Role,
    sub: string,
    request: string,
    { body, headers }: CallOptions = {},
  ): Promise<Reply> => {
    const [method, path] = request.split(' ') as [string, string];
    turn += 1;
    const response = await fetch(`${services[turn % services.length]?.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${await tokenOf(role, sub)}`,
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: JSON.parse(text) };
  };

  const publish = async (...events: ScheduleEvent[]) => {
    for (const event of events) await publishEvent(broker, event);
  };

  /** Waits until every event that is on the stream has been applied. */
  const untilConsumed = (stream = 'SCHEDULE') =>
    vi.waitFor(
      async () => {
        const { num_pending, num_ack_pending } = await broker.manager.consumers.info(stream, 'payouts-schedule');
        if (num_pending + num_ack_pending > 0)
          throw new Error(`${num_pending} pending, ${num_ack_pending} unacknowledged`);
      },
      { timeout: 20_000, interval: 10 },
    );

  const ops = '01936f2a-7c10-7000-8000-00000000e001';
  const [clerk, second] = ['01936f2a-7c10-7000-8000-00000000f002', '01936f2a-7c10-7000-8000-00000000f003'] as const;
  const payoutOf = (assignmentId: string) => call('ops', ops, `GET /assignments/${assignmentId}/payout`);

  return {
    environment,
    serviceEnv,
    database,
    broker,
    services,
    start,
    call,
    payoutOf,
    /** Keeps others from changing a row, on a connection of its own, until it is released. */
    holdRow: async (
      table: 'payout' | 'assignment_view',
      assignmentId: string,
    ): Promise<{ release: () => Promise<void> }> => {
      const holder = new Client({ connectionString: environment.databaseUrl });
      await holder.connect();
      await holder.query('begin');
      await holder.query(`select from ${table} where assignment_id = $1 for update`, [assignmentId]);
      return { release: () => holder.end() };
    },
    /** Waits until so many transactions wait for a lock. */
    untilWaiting: (count: number) =>
      vi.waitFor(
        async () => {
          const { rowCount } = await database.query(`select ${waiting}`);
          if (rowCount !== count) throw new Error(`${rowCount} instead of ${count} wait`);
        },
        { timeout: 10_000, interval: 20 },
      ),
    /** Breaks the connections of those who wait for a lock. */
    breakWaiting: async () => {
      await database.query(`select pg_terminate_backend(pid) ${waiting}`);
    },
    /** Gives a provider an account, as it takes two people. */
    setAccount: async (providerId: string, account: string): Promise<Reply> => {
      const path = `/providers/${providerId}/payout-account`;
      await call('finance', clerk, `PUT ${path}`, { body: { account } });
      return call('finance', second, `POST ${path}/confirm`);
    },
    publish,
    /** One after another: the next is published when the one before it has been applied. */
    publishInTurn: async (...events: ScheduleEvent[]) => {
      for (const event of events) {
        await publish(event);
        await untilConsumed();
      }
    },
    /** As a producer that lost its memory would: the stream does not see that it is a duplicate. */
    publishAgain: async (...events: ScheduleEvent[]) => {
      for (const event of events) await broker.jetstream.publish(event.type, JSON.stringify(event));
    },
    /** As ops does it, to this consumer alone. */
    replay: async (...events: ScheduleEvent[]) => {
      for (const event of events) await broker.jetstream.publish('replay.payouts-schedule', JSON.stringify(event));
    },
    untilReplayed: () => untilConsumed('REPLAY'),
    /** Waits until the payout is as told. */
    untilPayout: (assignmentId: string, wanted: Partial<Payout>): Promise<Payout> =>
      vi.waitFor(
        async () => {
          const { status, body } = await payoutOf(assignmentId);
          if (status !== 200) throw new Error(`no payout yet: ${status}`);
          const payout = body as Payout;
          for (const [name, value] of Object.entries(wanted)) {
            const is = payout[name as keyof Payout];
            if (is !== value) throw new Error(`${name} is ${is}, not ${value}`);
          }
          return payout;
        },
        { timeout: 10_000, interval: 20 },
      ),
    untilConsumed: () => untilConsumed(),
    /** Waits until so many events are published, and gives all of them, each checked against its contract. */
    published: (count: number, assignmentId?: string): Promise<PayoutEvent[]> =>
      vi.waitFor(
        async () => {
          const events: PayoutEvent[] = [];
          const { state } = await broker.manager.streams.info('PAYOUT');
          for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
            const message = await broker.manager.streams.getMessage('PAYOUT', { seq });
            if (!message) continue;
            const contract = payoutEvents[message.subject as keyof typeof payoutEvents];
            const event = contract.strict.parse(message.json()) as PayoutEvent;
            if (!assignmentId || event.data.assignmentId === assignmentId) events.push(event);
          }
          if (events.length < count) throw new Error(`${events.length} of ${count} events`);
          return events;
        },
        { timeout: 30_000, interval: 20 },
      ),
    stop: async () => {
      for (const service of services) await service.stop();
      await peer.stop();
      await database.end();
      await environment.stop();
    },
  };
}

/** A neighbour on NATS that serves nothing: it publishes what scheduling would, and reads what payouts published. */
async function startPeer(env: Record<string, string>): Promise<{ broker: Broker; stop: () => Promise<void> }> {
  const connected = Promise.withResolvers<Broker>();
  const service = await startService(
    {
      name: 'test',
      config: z.object({ ...HttpConfig.shape, ...AuthConfig.shape, ...BrokerConfig.shape }),
      createApp: async ({ config, logger, lifecycle }) => {
        connected.resolve(connectBroker({ config, name: 'test', logger, lifecycle }).connected());
        return createHttpApp({
          logger,
          lifecycle,
          authenticate: createAuthenticate({ config, logger }),
          checks: [],
          routes: [],
        });
      },
    },
    { ...env, LOG_LEVEL: 'silent' },
  );
  return { broker: await connected.promise, stop: service.stop };
}
