import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OpenReminders } from '@punctual/contracts';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Input } from '../cli/command.ts';
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

let answer: OpenReminders;
/** What follows behind each cursor, when the list has pages. */
let pages: Record<string, object> = {};
/** In the place of the gateway. */
const gateway = createServer((request, response) => {
  const cursor = new URL(request.url ?? '', 'http://localhost').searchParams.get('cursor');
  response.setHeader('content-type', 'application/json').end(JSON.stringify(cursor ? pages[cursor] : answer));
});
let printed: string[];

beforeAll(() => once(gateway.listen(0, '127.0.0.1'), 'listening'));
afterAll(() => gateway.close());
beforeEach(() => {
  printed = [];
});

function run(command: typeof upcomingReminders, flags: string[] = []) {
  const { port } = gateway.address() as AddressInfo;
  const input: Input = {
    argument: '01936f2a-7c10-7000-8000-000000000002',
    text: () => undefined,
    has: (flag) => flags.includes(flag),
  };
  const context = {
    environment: { PUNCTUAL_GATEWAY: `http://127.0.0.1:${port}`, PUNCTUAL_TOKEN: 'any' },
    print: (line: string) => void printed.push(line),
    say: () => {},
    agree: async () => false,
  };
  return command.run(context, input);
}

test('what is upcoming, as a table', async () => {
  answer = planned;
  await run(upcomingReminders);
  expect(printed).toEqual([
    expect.stringMatching(/^DUE +KIND +STATE/),
    expect.stringMatching(/^2026-11-28T08:00:00.000Z +upcoming-1h +PLANNED/),
  ]);
});

test.each([
  [upcomingReminders, 'Nothing is planned to be sent.'],
  [overdueReminders, 'No reminder is overdue.'],
])('where there is nothing to show, $name says so, and programs get an empty list', async (command, line) => {
  answer = { items: [] };
  await run(command);
  expect(printed).toEqual([line]);
  await run(command, ['json']);
  expect(printed).toEqual([line, '[]']);
});

test('explaining an assignment reads every page', async () => {
  answer = { ...planned, nextCursor: 'two+/=' } as OpenReminders;
  pages = { 'two+/=': { ...planned, nextCursor: 'three' }, three: { ...planned, nextCursor: null } };
  await run(explainReminders, ['json']);
  expect(JSON.parse(printed.join(''))).toHaveLength(3);
});
