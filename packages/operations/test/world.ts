import { randomUUID } from 'node:crypto';
import { type Broker, BrokerConfig, connectBroker, readConfig, startConsumer } from '@punctual/chassis';
import { readScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { createTestLifecycle, type TestLifecycle, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';

export type World = Awaited<ReturnType<typeof startWorld>>;

const logger = pino({ level: 'silent' });
const { example } = scheduleEvents['schedule.confirmed'];

/** NATS with the streams, and a consumer of the schedule that the test can break; a database on request. */
export async function startWorld({ postgres = false } = {}) {
  const environment = await testEnvironment({ nats: true, streams: true, postgres });
  const lifecycle = createTestLifecycle();
  const connect = (own: TestLifecycle) =>
    connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'ops', logger, lifecycle: own });
  const handle = connect(lifecycle);
  const nats: Broker = await handle.connected();
  let consumer: TestLifecycle | undefined;

  const publish = async (event: { type: string; data: object }) => {
    await nats.jetstream.publish(event.type, JSON.stringify(event), { msgID: randomUUID() });
  };
  return {
    nats,
    url: environment.natsUrl,
    databaseUrl: () => environment.databaseUrl,
    broker: handle,
    logger,
    /** Publishes `schedule.confirmed` of an assignment. */
    confirm: async (assignmentId: string, version = 1) => {
      const sequence = String(version).padStart(10, '0');
      const data = { ...example.data, assignmentId, scheduleVersion: version };
      const ids = { id: randomUUID(), subject: assignmentId, partitionkey: assignmentId, sequence };
      await publish({ ...example, ...ids, data });
    },
    publish,
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
      await lifecycle.stop();
      await environment.stop();
    },
  };
}
