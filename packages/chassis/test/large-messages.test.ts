import { readScheduleEvent, type ScheduleEvent, scheduleEvents } from '@punctual/contracts';
import { eventually, testEnvironment } from '@punctual/testkit';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { BrokerConfig, connectBroker, declareStreams, readConfig, startConsumer } from '../src/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

test('a backlog of one-megabyte messages is processed on one connection', async () => {
  const lines: string[] = [];
  const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
  const environment = await testEnvironment({ nats: true });
  const [publishing, consuming] = [createLifecycle(logger), createLifecycle(logger)];
  const connect = (lifecycle: typeof publishing) =>
    connectBroker({ config: readConfig(BrokerConfig, environment.env), name: 'test', logger, lifecycle });
  const broker = await connect(publishing).connected();
  await declareStreams(broker, ['SCHEDULE', 'DLQ', 'REPLAY', 'ADVISORY']);
  const { example } = scheduleEvents['schedule.proposed'];
  const count = 200;
  for (let n = 1; n <= count; n += 1) {
    const id = `01936f2a-7c10-7000-8000-${String(n).padStart(12, '0')}`;
    // A field that this version does not know may be as long as it likes.
    const body = JSON.stringify({ ...example, id, more: 'x'.repeat(1_000_000) });
    await broker.jetstream.publish('schedule.proposed', body);
  }

  const applied: string[] = [];
  startConsumer<ScheduleEvent>(
    { broker: connect(consuming), logger, lifecycle: consuming },
    {
      stream: 'SCHEDULE',
      durable: 'large',
      subjects: ['schedule.>'],
      read: readScheduleEvent,
      handle: async (messages) => {
        // Nothing is read meanwhile, and what the server has sent waits there.
        for (const end = Date.now() + 20; Date.now() < end; );
        applied.push(...messages.map(({ event }) => event.id));
      },
    },
  );
  await eventually(() => expect(applied).toHaveLength(count), { withinMs: 60_000 });
  await consuming.shutdown();

  expect(lines).toEqual([]);
  await publishing.shutdown();
  await environment.stop();
}, 120_000);
