import {
  BrokerConfig,
  connectBroker,
  declareStreams,
  publishEvent,
  readConfig,
  type Service,
  startService,
} from '@punctual/chassis';
import { type Payout, type PayoutEvent, payoutEvents, type Role, type ScheduleEvent } from '@punctual/contracts';
import { testEnvironment } from '@punctual/devstack';
import { Client } from 'pg';
import { pino } from 'pino';
import { vi } from 'vitest';
import { payouts } from '../src/app.ts';

export type Reply = { status: number; headers: Headers; body: Record<string, unknown> };

export type CallOptions = { body?: unknown; headers?: Record<string, string> };

export type World = Awaited<ReturnType<typeof createWorld>>;

/** The payouts service on real servers, with the test in the place of scheduling, of its clients and of its subscribers. */
export async function createWorld({
  instances = 1,
  env = {},
}: {
  instances?: number;
  env?: Record<string, string>;
} = {}) {
  const environment = await testEnvironment({ postgres: true, nats: true });
  const serviceEnv = { ...environment.env, ...env };
  const database = new Client({ connectionString: environment.databaseUrl });
  await database.connect();

  const closing = new AbortController();
  const releasers: (() => unknown)[] = [];
  const lifecycle = {
    signal: closing.signal,
    onShutdown: (_name: string, release: () => unknown) => void releasers.push(release),
  };
  const logger = pino({ level: 'silent' });
  const handle = connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'test', logger, lifecycle });
  const broker = await handle.connected();
  await declareStreams(broker, ['SCHEDULE'], 1);

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
    return {
      status: response.status,
      headers: response.headers,
      body: (await response.json()) as Record<string, unknown>,
    };
  };

  const ops = '01936f2a-7c10-7000-8000-00000000e001';
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
    publish: async (...events: ScheduleEvent[]) => {
      for (const event of events) await publishEvent(broker, event);
    },
    /** As a producer that lost its memory would: the stream does not see that it is a duplicate. */
    publishAgain: async (...events: ScheduleEvent[]) => {
      for (const event of events) await broker.jetstream.publish(event.type, JSON.stringify(event));
    },
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
    /** Waits until every event that is on the stream has been applied. */
    untilConsumed: () =>
      vi.waitFor(
        async () => {
          const { num_pending, num_ack_pending } = await broker.manager.consumers.info('SCHEDULE', 'payouts-schedule');
          if (num_pending + num_ack_pending > 0)
            throw new Error(`${num_pending} pending, ${num_ack_pending} unacknowledged`);
        },
        { timeout: 20_000, interval: 20 },
      ),
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
        { timeout: 10_000, interval: 20 },
      ),
    stop: async () => {
      for (const service of services) await service.stop();
      closing.abort();
      for (const release of releasers.toReversed()) await release();
      await database.end();
      await environment.stop();
    },
  };
}
