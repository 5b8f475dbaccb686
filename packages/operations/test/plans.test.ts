import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { outboxStreamSequence, outboxTable } from '@punctual/chassis/postgres';
import { parsePostgresUrl, SessionClient } from '@punctual/chassis/postgres-client';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import {
  countReplay,
  finishRebuild,
  openOutbox,
  planRebuild,
  planReplay,
  replay,
  startRebuild,
  untilReplayed,
} from '../src/index.ts';
import { startWorld, type World } from './world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld({ postgres: true });
});

afterAll(() => world?.stop());

beforeEach(() => world.nats.manager.streams.purge('SCHEDULE'));

test('a replay delivers as many events as its plan counts, with a result for each', async () => {
  const handled: string[] = [];
  world.startPayouts((id) => {
    handled.push(id);
    return false;
  });
  const assignments = Array.from({ length: 5 }, () => randomUUID());
  for (const id of assignments) await world.confirm(id);
  await eventually(() => expect(handled).toHaveLength(5));
  const to = Temporal.Now.instant();
  await delay(5);
  await world.confirm(randomUUID());
  await eventually(() => expect(handled).toHaveLength(6));

  const wanted = { consumer: 'payouts-schedule', from: undefined, to, assignmentId: undefined };
  const plan = await planReplay(world.nats, wanted);
  expect(plan).toEqual({ ...wanted, stream: 'SCHEDULE', subjects: ['schedule.>'] });
  expect(await countReplay(world.nats, plan)).toBe(5);
  expect(await countReplay(world.nats, { ...plan, from: to })).toBe(0);
  expect(await countReplay(world.nats, { ...plan, assignmentId: assignments[3] })).toBe(1);

  handled.length = 0;
  const replayed = (await Array.fromAsync(replay(world.nats, plan))).flat();
  expect(replayed).toHaveLength(5);
  for (const { skipped } of replayed) expect(skipped).toBeUndefined();
  expect(await untilReplayed(world.nats, 'payouts-schedule')).toBe(0);
  expect(handled.toSorted()).toEqual(assignments.toSorted());
  await expect(planReplay(world.nats, { ...wanted, consumer: 'nobody' })).rejects.toThrow(
    'There is no consumer nobody',
  );
});

test('the plan of a rebuild lists what the stream lacks, and its act marks just that', async () => {
  const client = new SessionClient(parsePostgresUrl(world.databaseUrl()), { applicationName: 'test' });
  await client.connect();
  for (const statement of [...outboxTable, ...outboxStreamSequence]) await client.query(statement);
  const events = Array.from({ length: 3 }, () => randomUUID());
  for (const id of events)
    await client.query(
      `insert into outbox (id, aggregate_id, aggregate_version, type, payload, published_at)
        values ($1, $1, 7, 'schedule.confirmed', '{}', clock_timestamp())`,
      [id],
    );
  await world.nats.jetstream.publish('schedule.confirmed', '{}', { msgID: events[1] ?? '' });

  const outbox = await openOutbox(world.databaseUrl());
  try {
    const plan = await planRebuild(world.nats, 'SCHEDULE', outbox);
    expect(plan).toMatchObject({ stream: 'SCHEDULE', held: 1, lost: 2, oldest: expect.any(Temporal.Instant) });
    const ids = (await outbox.listLost(10)).map(({ id, type, version }) => [id, type, version]);
    expect(ids).toEqual([events[0], events[2]].map((id) => [id, 'schedule.confirmed', 7]));
    expect(await outbox.listLost(1)).toHaveLength(1);

    const settings = { STREAM_REPLICAS: 1, STREAM_MAX_AGE_DAYS: 30, STREAM_MAX_BYTES: 536_870_912 };
    expect(await startRebuild(world.nats, plan, { outbox, settings })).toBe(2);
    expect(await outbox.countWaiting()).toBe(2);
    // As the relay does, except that the stream has refused one.
    await world.nats.jetstream.publish('schedule.confirmed', '{}', { msgID: events[0] ?? '' });
    await client.query('update outbox set published_at = clock_timestamp() where published_at is null');
    expect(await finishRebuild(world.nats, plan, outbox)).toBe(1);
    expect((await outbox.listLost(10)).map(({ id }) => id)).toEqual([events[2]]);
  } finally {
    await outbox.close();
    await client.end();
  }
});
