import { randomUUIDv7 } from 'node:crypto';
import { type Service, startService } from '@punctual/chassis';
import { RemindersHealth } from '@punctual/contracts';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { reminders } from '../src/app.ts';
import { createDemotedLink } from './demoted-link.ts';
import { hourMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { type RemindersService, startReminders } from './world.ts';

let world: RemindersService;
let link: Awaited<ReturnType<typeof createDemotedLink>>;
let service: Service;

beforeAll(async () => {
  world = await startReminders({ instances: 0 });
  const url = new URL(world.environment.mongoUrl);
  link = await createDemotedLink({ host: url.hostname, port: Number(url.port || 27017) });
  url.host = `127.0.0.1:${link.port}`;
  service = await startService(reminders, { ...world.serviceEnv, MONGO_URL: url.href });
  await eventually(async () => expect(await ready()).toEqual({ status: 200, store: 'ok' }));
}, 60_000);

afterAll(async () => {
  link.takeWrites();
  await service.stop();
  link.close();
  await world.stop();
});

async function ready() {
  const response = await fetch(`${service.url}/healthz/ready`);
  const { checks } = (await response.json()) as { checks: { store: string } };
  return { status: response.status, store: checks.store };
}

async function health() {
  const response = await fetch(`${service.url}/workers/reminders/health`);
  return RemindersHealth.parse(await response.json());
}

test.each([
  ['was demoted', { code: 10107, codeName: 'NotWritablePrimary' }, false],
  ['steps down', { code: 189, codeName: 'PrimarySteppedDown' }, false],
  ['recovers', { code: 13436, codeName: 'NotPrimaryOrSecondary' }, false],
  ['is full', { code: 14031, codeName: 'OutOfDiskSpace' }, true],
  ['lets us write no longer', { code: 13, codeName: 'Unauthorized' }, true],
])(
  'a store that %s: reminders is not ready, events wait, and are applied when it takes writes again',
  async (_what, refusal, isPrimary) => {
    link.refuseWrites(refusal, isPrimary);
    const event = scheduleEvent('schedule.confirmed', 2, {
      assignmentId: randomUUIDv7(),
      window: windowAt(Temporal.Now.instant(), hourMs),
    });
    await world.publish(event);
    // The last result stays good for a second.
    await eventually(async () => expect(await ready()).toEqual({ status: 503, store: 'away' }));
    expect((await health()).checks.store).toBe('down');
    const consumer = await world.peer.manager.consumers.info('SCHEDULE', 'reminders-schedule');
    expect(consumer.num_pending + consumer.num_ack_pending).toBeGreaterThan(0);

    link.takeWrites();
    await eventually(async () => {
      const _id = `${event.data.assignmentId}:2:upcoming-1h`;
      expect((await world.store.ledger.findOne({ _id }))?.state).toBe('SENT');
    });
    await eventually(async () => expect(await ready()).toEqual({ status: 200, store: 'ok' }));
    await world.untilConsumed();
    const { state } = await world.peer.manager.streams.info('DLQ');
    expect(state.messages).toBe(0);
  },
  90_000,
);
