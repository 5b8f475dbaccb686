import { randomUUID } from 'node:crypto';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import { type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

/**
 * Defaults that would each break a part of the service if it relied on them. The two of 5 s end a
 * session, so a
 * login on a busy machine must fit in.
 */
const defaults = [
  `datestyle = 'German, DMY'`,
  `intervalstyle = 'sql_standard'`,
  `timezone = 'Asia/Kathmandu'`,
  'standard_conforming_strings = off',
  `statement_timeout = '20ms'`,
  `lock_timeout = '1ms'`,
  `transaction_timeout = '5s'`,
  `idle_in_transaction_session_timeout = '1ms'`,
  `idle_session_timeout = '5s'`,
  `default_transaction_isolation = 'serializable'`,
  `bytea_output = 'escape'`,
  `client_encoding = 'latin1'`,
];

let scheduling: SchedulingService;
let neighbours: Neighbours;

beforeAll(async () => {
  scheduling = await startScheduling(async (databaseUrl) => ({ DATABASE_URL: await oddRole(databaseUrl) }));
  neighbours = await joinNeighbours(scheduling.environment);
});

afterAll(async () => {
  await neighbours.stop();
  await scheduling.stop();
});

test('a role with odd defaults changes nothing', async () => {
  const { customer, provider, job, assignment } = await scheduling.giveJob();
  const window = windowIn(24 * 60);
  const notes = String.raw`C:\taps\new, 'twice' "quoted" – ü \' \\`;
  const proposed = await customer.post(`/jobs/${job.id}/schedule`, { ...window, notes });
  expect(proposed.body).toMatchObject({ scheduledStart: window.start, scheduledEnd: window.end, scheduleNotes: notes });

  const path = `/assignments/${assignment.id}/schedule/confirm`;
  const answers = await Promise.all(
    Array.from({ length: 8 }, () => provider.post(path, undefined, { 'if-match': '"1"' })),
  );
  expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
  expect(answers.filter(({ status }) => status >= 500)).toEqual([]);

  const seen = await provider.get(`/assignments/${assignment.id}`);
  expect(seen.body).toMatchObject({ status: 'CONFIRMED', scheduledStart: window.start, scheduleNotes: notes });
  expect(await neighbours.published(assignment.id, 2)).toMatchObject([
    { data: { window: { start: window.start } } },
    {},
  ]);
});

/** The same database by a role that owns it. */
async function oddRole(databaseUrl: string): Promise<string> {
  const url = new URL(databaseUrl);
  const role = `odd_${randomUUID().replaceAll('-', '')}`;
  const admin = new Client(databaseUrl);
  await admin.connect();
  await admin.query(`create role ${role} superuser login password 'odd'`);
  for (const setting of defaults) await admin.query(`alter role ${role} set ${setting}`);
  await admin.end();
  return Object.assign(url, { username: role, password: 'odd' }).href;
}
