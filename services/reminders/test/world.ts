import { BrokerConfig, connectBroker, readConfig, type Service, startService } from '@punctual/chassis';
import {
  type Reminder,
  type ReminderEvent,
  Reminders,
  RemindersHealth,
  readReminderEvent,
  type ScheduleEvent,
} from '@punctual/contracts';
import { connectPeer, contractFetch, createTestLifecycle, eventually, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { reminders } from '../src/app.ts';
import { openStore } from '../src/persistence/store.ts';

export type RemindersService = Awaited<ReturnType<typeof startReminders>>;

/** Everything that waits waits a little, so that a test sees it happen. */
const impatient = {
  LOG_LEVEL: 'silent',
  SCHEDULER_POLL_MS: '200',
  SWEEP_EVERY_MS: '300',
  REMINDER_GRACE_MS: '1500',
  REMINDER_CLAIM_MS: '1000',
};

/**
 * The reminders service on real servers, with the test in the place of scheduling, of its clients
 * and of its subscribers.
 */
export async function startReminders({
  instances = 1,
  env = {},
}: {
  instances?: number;
  env?: Record<string, string>;
} = {}) {
  const environment = await testEnvironment({ mongo: true, nats: true, streams: true });
  const serviceEnv = { ...environment.env, ...impatient, ...env };

  const lifecycle = createTestLifecycle();
  const logger = pino({ level: 'silent' });
  const handle = connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'test', logger, lifecycle });
  const peer = await connectPeer(environment.env);
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

  const published = async (assignmentId?: string): Promise<ReminderEvent[]> => {
    const messages = await peer.readStream('REMINDER');
    const events = messages.flatMap((message) => readReminderEvent(message.json()) ?? []);
    return assignmentId === undefined ? events : events.filter(({ subject }) => subject === assignmentId);
  };

  return {
    environment,
    serviceEnv,
    handle,
    peer,
    store,
    logger,
    services,
    start,
    get,
    list,
    published,
    opsToken,
    publish: (...events: ScheduleEvent[]) => peer.publish(...events),
    /** As a producer that lost its memory would: the stream does not see that it is a duplicate. */
    publishAgain: (...events: ScheduleEvent[]) => peer.publishAgain(...events),
    /**
     * Waits until the assignment's reminders are, in order, in these states: `kind state` or `kind
     * state reason`.
     */
    untilReminders: (assignmentId: string, wanted: string[]): Promise<Reminder[]> =>
      eventually(async () => {
        const found = await list(assignmentId);
        const outline = found.map(({ kind, state, suppressedBecause: because }) =>
          [kind, state, ...(because === null ? [] : [because])].join(' '),
        );
        if (outline.join() !== wanted.join()) throw new Error(`reminders are: ${outline.join(', ')}`);
        return found;
      }),
    /**
     * Waits until the assignment's events are, in order, these: `type kind`, each numbered from 1
     * on.
     */
    untilPublished: (assignmentId: string, wanted: string[]): Promise<ReminderEvent[]> =>
      eventually(async () => {
        const events = await published(assignmentId);
        const outline = events.map(({ type, data }) => `${type} ${data.kind}`);
        if (outline.join() !== wanted.join()) throw new Error(`events are: ${outline.join(', ')}`);
        const numbers = events.map(({ sequence }) => Number(sequence));
        if (numbers.some((number, index) => number !== index + 1)) throw new Error(`numbers are: ${numbers.join()}`);
        return events;
      }),
    untilHealth: (isWanted: (health: RemindersHealth, status: number) => boolean): Promise<RemindersHealth> =>
      eventually(async () => {
        const response = await get('/workers/reminders/health', {});
        const health = RemindersHealth.parse(await response.json());
        if (!isWanted(health, response.status)) throw new Error(`${response.status} ${JSON.stringify(health)}`);
        return health;
      }),
    /** Waits until every event that is on the stream has been applied. */
    untilConsumed: () => peer.untilConsumed('SCHEDULE', 'reminders-schedule'),
    /** All instances; others may be started after. */
    stopServices: async () => {
      for (const service of services.splice(0)) await service.stop();
    },
    stop: async () => {
      for (const service of services) await service.stop();
      await peer.stop();
      await lifecycle.stop();
      await environment.stop();
    },
  };
}
