import { randomUUID } from 'node:crypto';
import { type TestEnvironment, testEnvironment } from '@punctual/testkit';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  outboxStream,
  outboxStreamIndex,
  outboxStreamSequence,
  outboxTable,
  parsePostgresUrl,
} from '../src/postgres/index.ts';
import { type LeaderSession, openLeaderSession } from '../src/postgres/outbox/leader-session.ts';
import { markPublished, readPublished, readUnpublished } from '../src/postgres/outbox/rows.ts';

let environment: TestEnvironment;
let leader: LeaderSession;

beforeAll(async () => {
  environment = await testEnvironment({ postgres: true });
  const database = new Client({ connectionString: environment.databaseUrl });
  await database.connect();
  for (const statement of [...outboxTable, ...outboxStreamSequence, ...outboxStream, outboxStreamIndex])
    await database.query(statement);
  // As long as nobody has analysed it, PostgreSQL knows nothing of the share that is published.
  await database.query('alter table outbox set (autovacuum_enabled = false)');
  await database.query(
    `insert into outbox (id, aggregate_id, aggregate_version, type, payload, published_at, stream_sequence)
      select gen_random_uuid(), gen_random_uuid(), 1, 'schedule.proposed', '{}', now(), n from generate_series(1, 20000) n`,
  );
  await database.end();
  leader = await openLeaderSession({ url: parsePostgresUrl(environment.databaseUrl), name: 'test' });
});

afterAll(async () => {
  await leader.end();
  await environment.stop();
});

/**
 * The nodes of the plan for what `work` asks of the leader's session, from the top: with its
 * parameters, or without, as PostgreSQL plans a prepared statement.
 */
async function planOf(work: (session: LeaderSession) => Promise<unknown>, isPrepared = false): Promise<string[]> {
  const plan: string[] = [];
  await work({
    ...leader,
    query: async (text, values) => {
      const explain = isPrepared ? `explain (generic_plan) ${text}` : `explain ${text}`;
      const lines = await leader.query<{ 'QUERY PLAN': string }>(explain, isPrepared ? [] : values);
      plan.push(...lines.flatMap((line) => /^(?:\s*->)?\s*(.*?) +\(cost=/.exec(line['QUERY PLAN'])?.[1] ?? []));
      return [];
    },
  });
  return plan;
}

const ids = (count: number) => Array.from({ length: count }, () => randomUUID());

test.for([0, 1_000])('what waits is found by its own index, while %i assignments are under way', async (busy) => {
  const plan = await planOf((session) => readUnpublished(session, { except: ids(busy), limit: 1_000 }));
  expect(plan).toEqual(['Limit', 'Index Scan using outbox_unpublished on outbox']);
});

test.for([1, 1_000])('rows are marked by their ids, %i of them', async (count) => {
  const acknowledged = ids(count).map((id, sequence) => ({ id, sequence }));
  const plan = await planOf((session) => markPublished(session, acknowledged));
  expect(plan).toContain('Index Scan using outbox_pkey on outbox');
});

test('prepared statements find the same indexes', async () => {
  const reading = await planOf((session) => readUnpublished(session, { except: [], limit: 1_000 }), true);
  expect(reading).toEqual(['Limit', 'Index Scan using outbox_unpublished on outbox']);
  const marking = await planOf((session) => markPublished(session, []), true);
  expect(marking).toContain('Index Scan using outbox_pkey on outbox');
});

test('published rows are read by sequence, page by page', async () => {
  const sequences: number[] = [];
  for await (const page of readPublished(leader)) sequences.push(...page.map(({ sequence }) => sequence));
  expect(sequences).toEqual(Array.from({ length: 20_000 }, (_, index) => 20_000 - index));
  const plan = await planOf((session) => readPublished(session).next());
  expect(plan.at(-1)).toBe('Index Scan Backward using outbox_stream_sequence on outbox');
});
