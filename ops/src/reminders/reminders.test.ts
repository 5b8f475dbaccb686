import { OpenReminders } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type FakeGateway, startFakeGateway } from '../../test/fake-gateway.ts';
import { explainReminders, overdueReminders, upcomingReminders } from './reminders.ts';

const planned = OpenReminders.parse({
  items: [
    {
      id: '01936f2a-7c10-7000-8000-000000000002:2:upcoming-1h',
      assignmentId: '01936f2a-7c10-7000-8000-000000000002',
      scheduleVersion: 2,
      kind: 'upcoming-1h',
      state: 'PLANNED',
      suppressedBecause: null,
      dueAt: '2026-11-28T08:00:00.000Z',
      sentAt: null,
      latenessMs: null,
      audience: ['CUSTOMER'],
      window: {
        start: '2026-11-28T09:00:00.000Z',
        end: '2026-11-28T10:00:00.000Z',
        timezone: 'Etc/UTC',
        localStart: '2026-11-28T09:00:00+00:00',
        localEnd: '2026-11-28T10:00:00+00:00',
      },
    },
  ],
});

const { assignmentId } = planned.items[0] ?? {};

let answer: OpenReminders;
/** The pages that follow each cursor. */
let pages: Record<string, object> = {};
let gateway: FakeGateway;

beforeAll(async () => {
  gateway = await startFakeGateway((request, response) => {
    const cursor = new URL(request.url ?? '', 'http://localhost').searchParams.get('cursor');
    response.setHeader('content-type', 'application/json').end(JSON.stringify(cursor ? pages[cursor] : answer));
  });
});
afterAll(() => gateway.stop());

test('reminders upcoming prints a table', async () => {
  answer = planned;
  expect(await gateway.run(upcomingReminders)).toEqual([
    expect.stringMatching(/^DUE +KIND +STATE/),
    expect.stringMatching(/^2026-11-28T08:00:00.000Z +upcoming-1h +PLANNED/),
  ]);
});

test.each([
  [upcomingReminders, 'No reminders are planned.'],
  [overdueReminders, 'No reminders are overdue.'],
])('$name says when there is nothing to show, and prints an empty list as JSON', async (command, line) => {
  answer = { items: [] };
  expect(await gateway.run(command)).toEqual([line]);
  expect(await gateway.run(command, '--json')).toEqual(['[]']);
});

test('reminders explain reads every page', async () => {
  answer = { ...planned, nextCursor: 'two+/=' } as OpenReminders;
  pages = { 'two+/=': { ...planned, nextCursor: 'three' }, three: { ...planned, nextCursor: null } };
  const printed = await gateway.run(explainReminders, String(assignmentId), '--json');
  expect(JSON.parse(printed.join(''))).toHaveLength(3);
});
