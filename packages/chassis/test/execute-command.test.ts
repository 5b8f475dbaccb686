import { randomUUID, randomUUIDv7 } from 'node:crypto';
import { scheduleEvents } from '@punctual/contracts';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest';
import { DomainError } from '../src/domain/domain-error.ts';
import {
  type Aggregate,
  type AggregateChange,
  type CommandRequest,
  type Database,
  executeCommand,
  idempotencyAnswerText,
  idempotencyTable,
  json,
  openDatabase,
  outboxTable,
  parsePostgresUrl,
  readLatestItems,
  readTimeline,
  type StoredForm,
  saveChanges,
} from '../src/postgres/index.ts';
import { createLifecycle } from '../src/process/lifecycle.ts';

const lifecycle = createLifecycle(pino({ level: 'silent' }));
let environment: TestEnvironment;
let database: Database;

type Visit = { id: string; ownerId: string; title: string; tags: string[]; version: number };
type VisitRow = { id: string; owner_id: string; title: string; tags: string[]; version: number };

const ownerId = randomUUID();
const now = Temporal.Instant.from('2026-11-29T12:00:00.000Z');
const deps = () => ({ database, relay: { wake: () => undefined }, now: () => now, newId: () => randomUUIDv7() });

const visits: Aggregate<Visit, AggregateChange<Visit>> = {
  table: 'visit',
  timeline: { table: 'visit_timeline', key: 'visit_id' },
  idOf: ({ id }) => id,
  versionOf: ({ version }) => version,
  toRow: ({ tags, ...same }) => ({ ...same, tags: json(tags) }),
  timelineFields: ({ title, tags }) => ({ title, tags }),
  event: ({ after }) => ({
    assignmentId: after.id,
    data: {
      ...scheduleEvents['schedule.confirmed'].example.data,
      assignmentId: after.id,
      scheduleVersion: after.version,
    },
  }),
};

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  const url = parsePostgresUrl(environment.databaseUrl);
  database = await openDatabase({ url, poolSize: 4, migrations: [], lifecycle });
  const timeline = `create table visit_timeline (visit_id uuid, version int, type text, actor jsonb, source text,
    reason text, before jsonb, after jsonb, trace_id text, at timestamptz(3), primary key (visit_id, version))`;
  const tables = [
    'create table visit (id uuid primary key, owner_id uuid, title text, tags jsonb, version int)',
    ...[timeline, ...outboxTable, ...idempotencyTable, idempotencyAnswerText],
  ];
  for (const table of tables) await database.query(table);
});

afterAll(async () => {
  await lifecycle.shutdown();
  await environment.stop();
});

let visit: Visit;
beforeEach(async () => {
  visit = { id: randomUUID(), ownerId, title: 'A tap', tags: ['leak'], version: 1 };
  await database.transaction((transaction) => transaction.commit(create(visit)));
});

function changed(before: Visit | undefined, after: Visit): AggregateChange<Visit> {
  return {
    type: 'schedule.confirmed',
    actor: { id: ownerId, role: 'provider' },
    at: now,
    reason: null,
    before,
    after,
  };
}

const create = (created: Visit) => saveChanges(visits, [changed(undefined, created)], deps());

type Asked = Partial<CommandRequest> & { title?: string; dryRun?: boolean; stored?: StoredForm };

/** Gives a visit another title. `invalid-transition` for the one that it has. */
function rename({ title = 'A sink', dryRun = false, stored, ...asked }: Asked = {}) {
  const request: CommandRequest = {
    caller: { id: ownerId, roles: ['provider'] },
    idempotencyKey: undefined,
    ifMatch: undefined,
    method: 'POST',
    path: `/visits/${visit.id}`,
    body: { title },
    ...asked,
  };
  return executeCommand(deps(), request, {
    load: {
      lock: { row: ['select id, owner_id, title, tags, version from visit where id = ?', [visit.id]] },
      read: [['select count(*)::int as items from visit_timeline where visit_id = ?', [visit.id]]],
      toState: ([[row], [count]]: [VisitRow[], { items: number }[]]) => ({ row, items: count?.items }),
    },
    authorize: ({ row }) => {
      if (row?.owner_id !== request.caller.id) throw new DomainError('not-found', 'There is no such visit.');
      return toVisit(row);
    },
    version: ({ row }) => row?.version,
    decide: ({ state: { items }, actor: before }) => {
      if (before.title === title) throw new DomainError('invalid-transition', 'It has this title.');
      const after = { ...before, title, version: before.version + 1 };
      const response = { body: { title, items }, version: after.version };
      return { response, writes: dryRun ? 'dry run' : saveChanges(visits, [changed(before, after)], deps()) };
    },
    current: ({ code }, { actor }) => (code === 'not-found' ? undefined : { currentPayout: actor as never }),
    ...(stored && { stored }),
  });
}

function toVisit({ owner_id, ...same }: VisitRow): Visit {
  return { ...same, ownerId: owner_id };
}

async function savedVisit() {
  const [row] = await database.query<VisitRow>('select * from visit where id = ?', [visit.id]);
  const [{ count } = { count: 0 }] = await database.query<{ count: number }>(
    'select count(*)::int as count from outbox where aggregate_id = ?',
    [visit.id],
  );
  return { row, events: count };
}

test.each([undefined, 'a key'])('a command with the key %j sends two messages', async (idempotencyKey) => {
  const sent = vi.spyOn(Client.prototype, 'query');
  await rename({ idempotencyKey });
  const messages = sent.mock.calls.length;
  sent.mockRestore();
  expect(messages).toBe(2);
});

test('a command saves the row, the timeline entry and the event', async () => {
  expect(await rename()).toEqual({ body: { title: 'A sink', items: 1 }, version: 2 });
  expect(await savedVisit()).toMatchObject({ row: { title: 'A sink', tags: ['leak'], version: 2 }, events: 2 });
  const timeline = { table: 'visit_timeline', key: 'visit_id' };
  const [created, renamed] = await readTimeline(database, timeline, visit.id, { after: 0, limit: 9 });
  expect(created).toMatchObject({ version: 1, before: {}, after: { title: 'A tap', tags: ['leak'] }, source: 'API' });
  expect(renamed).toMatchObject({ version: 2, before: { title: 'A tap' }, after: { title: 'A sink' } });
  expect(renamed?.at).toBe('2026-11-29T12:00:00.000Z');
  expect(await readLatestItems(database, timeline, visit.id, 1)).toEqual([renamed]);
});

test('a repeated request gets the stored response and a different one with its key is refused', async () => {
  const first = await rename({ idempotencyKey: 'once' });
  expect(await rename({ idempotencyKey: 'once' })).toEqual({ ...first, replayed: true });
  expect((await savedVisit()).row).toMatchObject({ version: 2 });
  await expect(rename({ idempotencyKey: 'once', title: 'A pipe' })).rejects.toMatchObject({
    code: 'idempotency-key-reused',
  });
});

test('a service chooses which part of a response is stored', async () => {
  const stored: StoredForm = {
    toStored: ({ body }) => ({ kept: body }),
    toResponse: (kept) => ({ body: (kept as { kept: unknown }).kept }),
  };
  await rename({ idempotencyKey: 'own form', stored });
  expect(await rename({ idempotencyKey: 'own form', stored })).toEqual({
    body: { title: 'A sink', items: 1 },
    replayed: true,
  });
});

test('a key in use is refused at once, after the visibility check', async () => {
  const holder = new Client(environment.databaseUrl);
  await holder.connect();
  await holder.query('begin');
  await holder.query('select from visit where id = $1 for update', [visit.id]);
  await holder.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`idempotency ${ownerId} busy`]);
  await expect(rename({ idempotencyKey: 'busy' })).rejects.toMatchObject({ code: 'idempotency-in-flight' });
  const stranger = { id: randomUUID(), roles: [] };
  await holder.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [`idempotency ${stranger.id} busy`]);
  await expect(rename({ idempotencyKey: 'busy', caller: stranger })).rejects.toMatchObject({ code: 'not-found' });
  await holder.end();
});

test('If-Match is checked before the rules and refusals show the current state', async () => {
  await expect(rename({ ifMatch: '7', title: 'A tap' })).rejects.toMatchObject({
    code: 'precondition-failed',
    extras: { current: { version: 1 }, currentPayout: { version: 1 } },
  });
  for (const ifMatch of ['1', '*', undefined]) {
    await expect(rename({ ifMatch, title: 'A tap' })).rejects.toMatchObject({
      code: 'invalid-transition',
      extras: { current: { title: 'A tap' } },
    });
  }
});

test('a refusal and a dry run write nothing and do not use up the key', async () => {
  await expect(rename({ idempotencyKey: 'free', title: 'A tap' })).rejects.toThrow(DomainError);
  expect(await rename({ idempotencyKey: 'free', dryRun: true })).toMatchObject({ version: 2 });
  expect(await savedVisit()).toMatchObject({ row: { version: 1 }, events: 1 });
  expect(await rename({ idempotencyKey: 'free' })).toEqual({ body: { title: 'A sink', items: 1 }, version: 2 });
});

test('concurrent commands on one row run one after another', async () => {
  const titles = Array.from({ length: 12 }, (_, index) => `Title ${index}`);
  const responses = await Promise.all(titles.map((title) => rename({ title })));
  expect(responses.map(({ version = 0 }) => version).toSorted((a, b) => a - b)).toEqual(
    titles.map((_, index) => index + 2),
  );
  expect(responses.every(({ body, version = 0 }) => (body as { items: number }).items === version - 1)).toBe(true);
});

test('changes to several aggregates are saved in one batch', async () => {
  const others = ['b', 'c'].map((title): Visit => ({ ...visit, id: randomUUID(), title }));
  const next = { ...visit, title: 'x', version: 2 };
  const changes = [
    ...others.map((other) => changed(undefined, other)),
    changed(visit, next),
    { ...changed(next, { ...next, tags: [], version: 3 }), source: 'EVENT' as const, traceparent: undefined },
  ];
  await database.transaction(({ commit }) => commit(saveChanges(visits, changes, deps())));
  expect(await savedVisit()).toMatchObject({ row: { title: 'x', tags: [], version: 3 }, events: 3 });
  expect(saveChanges(visits, [], deps())).toEqual([]);
});
