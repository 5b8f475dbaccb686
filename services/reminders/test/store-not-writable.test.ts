import { randomUUIDv7 } from 'node:crypto';
import { type Service, startService } from '@punctual/chassis';
import { RemindersHealth } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { reminders } from '../src/app.ts';
import { createDemotedLink } from './demoted-link.ts';
import { hourMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { createWorld, type World } from './world.ts';

let world: World;
let link: Awaited<ReturnType<typeof createDemotedLink>>;
let service: Service;
const patience = { timeout: 30_000, interval: 100 };

beforeAll(async () => {
  world = await createWorld({ instances: 0 });
  const url = new URL(world.environment.mongoUrl);
  link = await createDemotedLink({ host: url.hostname, port: Number(url.port || 27017) });
  url.host = `127.0.0.1:${link.port}`;
  service = await startService(reminders, { ...world.serviceEnv, MONGO_URL: url.href });
  await vi.waitFor(async () => expect(await ready()).toEqual({ status: 200, store: 'ok' }), patience);
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
      window: windowAt(new Date(), hourMs),
    });
    await world.publish(event);
    // The last result stays good for a second.
    await vi.waitFor(async () => expect(await ready()).toEqual({ status: 503, store: 'away' }), patience);
    expect((await health()).checks.store).toBe('down');
    const consumer = await world.broker.manager.consumers.info('SCHEDULE', 'reminders-schedule');
    expect(consumer.num_pending + consumer.num_ack_pending).toBeGreaterThan(0);

    link.takeWrites();
    await vi.waitFor(async () => {
      const _id = `${event.data.assignmentId}:2:upcoming-1h`;
      expect((await world.store.ledger.findOne({ _id }))?.state).toBe('SENT');
    }, patience);
    await vi.waitFor(async () => expect(await ready()).toEqual({ status: 200, store: 'ok' }), patience);
    await world.untilConsumed();
    const { state } = await world.broker.manager.streams.info('DLQ');
    expect(state.messages).toBe(0);
  },
  90_000,
);
