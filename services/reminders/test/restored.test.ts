import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { declareStreams } from '@punctual/chassis';
import { eventually } from '@punctual/testkit';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Store } from '../src/persistence/store.ts';
import { hourMs, minuteMs, scheduleEvent, windowAt } from './schedule-events.ts';
import { createTcpLink } from './tcp-link.ts';
import { type RemindersService, startReminders } from './world.ts';

/** Services whose store is at the other end of a link. */
let world: RemindersService;
let link: Awaited<ReturnType<typeof createTcpLink>>;

beforeAll(async () => {
  world = await startReminders({ instances: 0 });
  const url = new URL(world.environment.mongoUrl);
  link = await createTcpLink({ host: url.hostname, port: Number(url.port || 27017) });
  url.host = `127.0.0.1:${link.port}`;
  Object.assign(world.serviceEnv, { MONGO_URL: url.href });
  // Else the stream itself would drop what is published twice within ten minutes.
  await declareStreams(world.peer, ['REMINDER']);
  await world.peer.manager.streams.update('REMINDER', { duplicate_window: 100_000_000 });
});

beforeEach(async () => {
  await world.stopServices();
  await world.start();
});

afterAll(async () => {
  await world.stop();
  link.close();
});

type Backup = Map<string, object[]>;

async function backUp({ db }: Store): Promise<Backup> {
  const collections = await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray();
  const all = collections.map(async ({ name }) => [name, await db.collection(name).find().toArray()] as const);
  return new Map(await Promise.all(all));
}

async function putBack({ db }: Store, backup: Backup): Promise<void> {
  for (const { name } of await db.listCollections({ type: 'collection' }, { nameOnly: true }).toArray()) {
    await db.collection(name).deleteMany({});
    const documents = backup.get(name) ?? [];
    if (documents.length > 0) await db.collection(name).insertMany(documents);
  }
}

/** Its one-hour reminder is due so soon. */
function confirmedDueIn(ms: number, version = 2, assignmentId: string = randomUUIDv7()) {
  return scheduleEvent('schedule.confirmed', version, {
    assignmentId,
    window: windowAt(Temporal.Now.instant(), hourMs + ms),
  });
}

/** What people and neighbours can see of the reminders of an assignment. */
async function historyOf(assignmentId: string) {
  const reminders = (await world.list(assignmentId)).map(({ kind, scheduleVersion, state, suppressedBecause }) => ({
    kind,
    scheduleVersion,
    state,
    suppressedBecause,
  }));
  const record = await world.store.assignments.findOne({ _id: assignmentId });
  return { reminders, version: record?.version, sequence: record?.sequence, open: record?.open };
}

const untilIdle = async () => {
  await world.untilConsumed();
  await eventually(async () =>
    expect(await world.store.assignments.countDocuments({ 'outbox.0': { $exists: true } })).toBe(0),
  );
};

/** Changes of each kind, of which a restored store knows nothing. */
async function liveOn(known: { cancelled: string; sent: string; moved: string }) {
  const unknown = randomUUIDv7();
  await world.publish(
    scheduleEvent('schedule.cancelled', 3, { assignmentId: known.cancelled }),
    confirmedDueIn(2 * minuteMs, 3, known.moved),
    confirmedDueIn(5 * minuteMs, 4, known.moved),
    confirmedDueIn(500, 2, unknown),
  );
  await world.untilReminders(known.sent, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h SENT']);
  await world.untilReminders(unknown, ['upcoming-24h SUPPRESSED OVERTAKEN', 'upcoming-1h SENT']);
  await untilIdle();
  return { ...known, unknown };
}

async function planned() {
  const [cancelled, sent, moved] = [confirmedDueIn(10 * minuteMs), confirmedDueIn(8_000), confirmedDueIn(9 * minuteMs)];
  await world.publish(cancelled, sent, moved);
  await untilIdle();
  const known = { cancelled: cancelled.subject, sent: sent.subject, moved: moved.subject };
  expect((await historyOf(known.sent)).open).toEqual(['upcoming-1h']);
  return known;
}

const around = {
  'while the service is stopped': async (putBack: () => Promise<void>) => {
    await world.stopServices();
    await putBack();
    await world.start();
  },
  'under the running service': async (putBack: () => Promise<void>) => {
    link.cut();
    await putBack();
    link.restore();
  },
};

test.each(Object.keys(around) as (keyof typeof around)[])(
  'a store that is restored %s sends nothing twice and takes over what was published',
  async (when) => {
    const known = await planned();
    // The position is written every two seconds.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const backup = await backUp(world.store);
    const ids = Object.values(await liveOn(known));
    const before = new Map(await Promise.all(ids.map(async (id) => [id, await historyOf(id)] as const)));
    const published = (await world.published()).map(({ id }) => id);

    await around[when](() => putBack(world.store, backup));

    await eventually(async () => {
      for (const id of ids) expect(await historyOf(id)).toEqual(before.get(id));
    });
    const again = await world.published();
    expect(again.map(({ id }) => id).slice(0, published.length)).toEqual(published);
    // Two flushes may have published one event before, which the stream drops within its window.
    const since = again.slice(published.length).map(({ id }) => id);
    expect(since.filter((id) => published.includes(id))).toEqual([]);

    await world.publish(scheduleEvent('schedule.cancelled', 5, { assignmentId: known.moved }));
    await eventually(async () => {
      const sequences = (await world.published(known.moved)).map(({ sequence }) => Number(sequence));
      expect(sequences).toEqual(sequences.map((_, index) => index + 1));
      expect(sequences.length).toBeGreaterThan(before.get(known.moved)?.sequence ?? 0);
    });
  },
  60_000,
);

test('an empty store takes over all that the streams have', async () => {
  const known = await planned();
  const ids = Object.values(await liveOn(known));
  const before = new Map(await Promise.all(ids.map(async (id) => [id, await historyOf(id)] as const)));
  const published = (await world.published()).map(({ id }) => id);
  await world.stopServices();
  await putBack(world.store, new Map());
  await world.start();
  await eventually(async () => {
    for (const id of ids) expect(await historyOf(id)).toEqual(before.get(id));
  });
  expect((await world.published()).map(({ id }) => id).slice(0, published.length)).toEqual(published);
}, 60_000);

test('a stream that is gone is refilled with the same events, in order for each assignment', async () => {
  const known = await planned();
  const ids = Object.values(await liveOn(known));
  const before = new Map(await Promise.all(ids.map(async (id) => [id, await world.published(id)] as const)));
  await world.peer.manager.streams.delete('REMINDER');
  await declareStreams(world.peer, ['REMINDER']);
  await eventually(async () => {
    for (const id of ids) expect(await world.published(id)).toEqual(before.get(id));
  });
  await world.publish(confirmedDueIn(20 * minuteMs));
}, 60_000);

test('the lost tail of the stream is published again with the same ids', async () => {
  await planned();
  const { state } = await world.peer.manager.streams.info('REMINDER');
  const [kept] = await world.store.published.find().toArray();
  if (!kept) throw new Error('nothing is kept');
  const lost = randomUUID();
  const payload = JSON.stringify({ ...JSON.parse(kept.payload), id: lost });
  const streamSequence = state.last_seq + 5;
  await world.stopServices();
  await world.store.published.insertOne({ ...kept, _id: lost, payload, streamSequence });
  await world.store.positions.updateOne({ _id: 'REMINDER' }, { $set: { sequence: streamSequence } });
  await world.start();
  await eventually(async () => expect((await world.published()).filter(({ id }) => id === lost)).toHaveLength(1));
  await eventually(async () => {
    const place = (await world.store.published.findOne({ _id: lost }))?.streamSequence;
    expect(place).toBeGreaterThan(state.last_seq);
    expect(place).toBeLessThan(streamSequence);
  });
}, 60_000);
