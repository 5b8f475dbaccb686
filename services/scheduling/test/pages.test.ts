import type { ScheduleExplanation, Timeline } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { problemOf, type SchedulingService, startScheduling, windowIn } from './scheduling-service.ts';

let scheduling: SchedulingService;
beforeAll(async () => {
  scheduling = await startScheduling();
});
afterAll(() => scheduling.stop());

const versionsOf = ({ items }: Timeline) => items.map(({ version }) => version);
const upTo = (last: number) => Array.from({ length: last + 1 }, (_, version) => version);

test('a timeline has pages, and an explanation has its latest items', async () => {
  const ops = await scheduling.user('ops');
  const { customer, provider, job, assignment } = await scheduling.giveJob();
  const other = await scheduling.giveJob();
  const notes = '💧'.repeat(1_000);
  for (let made = 0; made < 130; made += 1) {
    expect(
      (await ops.post(`/jobs/${job.id}/schedule`, { ...windowIn(600 + made), notes: `${notes}${made}` })).status,
    ).toBe(200);
  }
  const path = `/assignments/${assignment.id}/timeline`;
  const first = await customer.get<Timeline>(path);
  expect(versionsOf(first.body)).toEqual(upTo(99));
  expect(first.headers.get('etag')).toBe('"130"');
  const second = await provider.get<Timeline>(`${path}?cursor=${first.body.nextCursor}`);
  expect(versionsOf(second.body)).toEqual(upTo(130).slice(100));
  expect(second.body.nextCursor).toBeNull();

  const seen: number[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const { body }: { body: Timeline } = await customer.get(
      `${path}?limit=1${seen.length > 0 ? 3 : ''}${cursor && `&cursor=${cursor}`}`,
    );
    expect(body.items).toHaveLength(seen.length > 0 ? 13 : 1);
    seen.push(...versionsOf(body));
    cursor = body.nextCursor;
  }
  expect(seen).toEqual(upTo(130));

  const ofOther = Buffer.from(`${other.assignment.id} 1`).toString('base64url');
  const beyond = Buffer.from(`${assignment.id} 99999999999`).toString('base64url');
  for (const wrong of [
    'cursor=!!',
    `cursor=${ofOther}`,
    `cursor=${beyond}`,
    'cursor=',
    'limit=0',
    'limit=101',
    'limit=x',
  ]) {
    expect(problemOf(await customer.get(`${path}?${wrong}`))).toMatchObject({ status: 400, code: 'validation-failed' });
  }

  const { body } = await ops.get<ScheduleExplanation>(`/ops/assignments/${assignment.id}/explain`);
  expect(body.truncated).toBe(true);
  expect(body.timeline.map(({ version }) => version)).toEqual(upTo(130).slice(-50));
  expect(body.outbox.map(({ version }) => version)).toEqual(upTo(130).slice(-50));
  const short = await ops.get<ScheduleExplanation>(`/ops/assignments/${other.assignment.id}/explain`);
  expect(short.body).toMatchObject({ truncated: false, timeline: [{ version: 0 }] });
});
