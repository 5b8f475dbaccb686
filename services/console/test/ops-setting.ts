import { randomUUID } from 'node:crypto';
import { BrokerConfig, connectBroker, readConfig, startConsumer } from '@punctual/chassis';
import { readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import type { Nats } from '@punctual/operations';
import { createTestLifecycle, type TestLifecycle, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { type Console, startConsole } from './setting.ts';

const logger = pino({ level: 'silent' });
const { example } = scheduleEvents['schedule.confirmed'];

export type OpsSetting = Awaited<ReturnType<typeof startOpsSetting>>;

/** NATS, a consumer that the test can break, and a console without databases and without a gateway. */
export async function startOpsSetting(more: Readonly<Record<string, string>> = {}) {
  const environment = await testEnvironment({ nats: true, streams: true });
  const lifecycle = createTestLifecycle();
  const connect = (own: TestLifecycle) =>
    connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'ops', logger, lifecycle: own });
  const nats: Nats = await connect(lifecycle).connected();
  let console: Console = await startConsole(environment, { GATEWAY_URL: 'http://127.0.0.1:9', ...more });
  let consumer: TestLifecycle | undefined;

  const publish = async (event: { type: string; data: object }) => {
    await nats.jetstream.publish(event.type, JSON.stringify(event), { msgID: randomUUID() });
  };
  return {
    nats,
    publish,
    console: () => console,
    /** The process ends, and another one starts at the same address. */
    restartConsole: async () => {
      const { url, secret, stop } = console;
      await stop();
      const settings = { GATEWAY_URL: 'http://127.0.0.1:9', PORT: new URL(url).port, SESSION_SECRET: secret };
      console = await startConsole(environment, settings);
    },
    /** Publishes `schedule.confirmed` of an assignment. */
    confirm: async (assignmentId: string) => {
      const data = { ...example.data, assignmentId };
      const ids = { id: randomUUID(), subject: assignmentId, partitionkey: assignmentId };
      await publish({ ...example, ...ids, data });
    },
    /** Runs payouts-schedule. It gives up at once on the events of which `fails` is true. */
    startPayouts: (fails: (assignmentId: string) => boolean) => {
      consumer = createTestLifecycle();
      startConsumer(
        { broker: connect(consumer), logger, lifecycle: consumer },
        {
          durable: 'payouts-schedule',
          stream: 'SCHEDULE',
          subjects: ['schedule.>'],
          maxDeliveries: 1,
          read: readScheduleEvent,
          handle: async (messages) => {
            for (const { event } of messages)
              if (fails(event.data.assignmentId)) throw new Error(`No rate for assignment ${event.data.assignmentId}`);
          },
        },
      );
    },
    stopPayouts: async () => {
      await consumer?.stop();
      consumer = undefined;
    },
    stop: async () => {
      await consumer?.stop();
      await console.stop();
      await lifecycle.stop();
      await environment.stop();
    },
  };
}
