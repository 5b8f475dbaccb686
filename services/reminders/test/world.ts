import { BrokerConfig, connectBroker, publishEvent, readConfig, type Service, startService } from '@punctual/chassis';
import {
  type Reminder,
  type ReminderEvent,
  Reminders,
  RemindersHealth,
  readReminderEvent,
  type ScheduleEvent,
} from '@punctual/contracts';
import { contractFetch, testEnvironment } from '@punctual/devstack';
import { pino } from 'pino';
import { vi } from 'vitest';
import { reminders } from '../src/app.ts';
import { openStore } from '../src/persistence/store.ts';

export type World = Awaited<ReturnType<typeof createWorld>>;

/** Everything that waits waits a little, so that a test sees it happen. */
const impatient = {
  LOG_LEVEL: 'silent',
  SCHEDULER_POLL_MS: '200',
  SWEEP_EVERY_MS: '300',
  REMINDER_GRACE_MS: '1500',
  REMINDER_CLAIM_MS: '1000',
};

const patience = { timeout: 15_000, interval: 25 };

/** The reminders service on real servers, with the test in the place of scheduling, of its clients and of its subscribers. */
export async function createWorld({
  instances = 1,
  env = {},
}: {
  instances?: number;
  env?: Record<string, string>;
} = {}) {
  const environment = await testEnvironment({ mongo: true, nats: true, streams: true });
  const serviceEnv = { ...environment.env, ...impatient, ...env };

  const closing = new AbortController();
  const releasers: (() => unknown)[] = [];
  const lifecycle = {
    stopping: closing.signal,
    signal: closing.signal,
    onShutdown: (_name: string, release: () => unknown) => void releasers.push(release),
  };
  const logger = pino({ level: 'silent' });
  const handle = connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'test', logger, lifecycle });
  const broker = await handle.connected();
  const store = await openStore({ url: environment.mongoUrl, logger, lifecycle });

  const services: Service[] = [];
  const start = async () => {
    const service = await startService(reminders, serviceEnv);
    services.push(service);
    return service;
  };
  for (let started = 0; started < instances; started += 1) await start();

  const opsToken = await environment.token('ops');
  const apiFetch = contractFetch();
  const get = (path: string, headers: Record<string, string> = { authorization: `Bearer ${opsToken}` }) => {
    // The dashboard is no part of the API.
    const send = path.startsWith('/agendash') ? fetch : apiFetch;
    return send(`${services.at(-1)?.url}${path}`, { headers, redirect: 'manual' });
  };

  const list = async (assignmentId: string): Promise<Reminder[]> => {
    const response = await get(`/assignments/${assignmentId}/reminders`);
    return response.status === 404 ? [] : Reminders.parse(await response.json()).items;
  };

  const read = new Map<number, ReminderEvent | undefined>();
  const published = async (assignmentId?: string): Promise<ReminderEvent[]> => {
    const { state } = await broker.manager.streams.info('REMINDER');
    for (let seq = state.first_seq; seq <= state.last_seq; seq += 1) {
      if (read.has(seq)) continue;
      const message = await broker.manager.streams.getMessage('REMINDER', { seq });
      read.set(seq, message ? readReminderEvent(message.json()) : undefined);
    }
    const events = [...read].toSorted(([a], [b]) => a - b).flatMap(([, event]) => event ?? []);
    return assignmentId === undefined ? events : events.filter(({ subject }) => subject === assignmentId);
  };

  return {
    environment,
    serviceEnv,
    handle,
    broker,
    store,
    logger,
    services,
    start,
    get,
    list,
    published,
    opsToken,
    publish: async (...events: ScheduleEvent[]) => {
      for (const event of events) await publishEvent(broker, event);
    },
    /** As a producer that lost its memory would: the stream does not see that it is a duplicate. */
    publishAgain: async (...events: ScheduleEvent[]) => {
      for (const event of events) await broker.jetstream.publish(event.type, JSON.stringify(event));
    },
    /** Waits until the assignment's reminders are, in order, in these states: `kind state` or `kind state reason`. */
    untilReminders: (assignmentId: string, wanted: string[]): Promise<Reminder[]> =>
      vi.waitFor(async () => {
        const found = await list(assignmentId);
        const outline = found.map(({ kind, state, suppressedBecause: because }) =>
          [kind, state, ...(because === null ? [] : [because])].join(' '),
        );
        if (outline.join() !== wanted.join()) throw new Error(`reminders are: ${outline.join(', ')}`);
        return found;
      }, patience),
    /** Waits until the assignment's events are, in order, these: `type kind`, each numbered from 1 on. */
    untilPublished: (assignmentId: string, wanted: string[]): Promise<ReminderEvent[]> =>
      vi.waitFor(async () => {
        const events = await published(assignmentId);
        const outline = events.map(({ type, data }) => `${type} ${data.kind}`);
        if (outline.join() !== wanted.join()) throw new Error(`events are: ${outline.join(', ')}`);
        const numbers = events.map(({ sequence }) => Number(sequence));
        if (numbers.some((number, index) => number !== index + 1)) throw new Error(`numbers are: ${numbers.join()}`);
        return events;
      }, patience),
    untilHealth: (isWanted: (health: RemindersHealth, status: number) => boolean): Promise<RemindersHealth> =>
      vi.waitFor(async () => {
        const response = await get('/workers/reminders/health', {});
        const health = RemindersHealth.parse(await response.json());
        if (!isWanted(health, response.status)) throw new Error(`${response.status} ${JSON.stringify(health)}`);
        return health;
      }, patience),
    /** Waits until every event that is on the stream has been applied. */
    untilConsumed: () =>
      vi.waitFor(async () => {
        const { num_pending, num_ack_pending } = await broker.manager.consumers.info('SCHEDULE', 'reminders-schedule');
        if (num_pending + num_ack_pending > 0) throw new Error(`${num_pending} pending, ${num_ack_pending} unacked`);
      }, patience),
    /** All instances; others may be started after. */
    stopServices: async () => {
      for (const service of services.splice(0)) await service.stop();
    },
    stop: async () => {
      for (const service of services) await service.stop();
      closing.abort();
      for (const release of releasers.toReversed()) await release();
      await environment.stop();
    },
  };
}
