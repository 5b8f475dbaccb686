import { Explanation, Payout } from '@punctual/contracts';
import { expect, test } from 'vitest';
import { explanationPage } from './explanation-page.ts';

const exampleOf = (schema: typeof Explanation | typeof Payout) => Object.values(schema.meta()?.examples ?? {})[0];
const example = Explanation.parse(exampleOf(Explanation));
const payout = Payout.parse(exampleOf(Payout));
const pageOf = (changes: Partial<Explanation>) => explanationPage({ ...example, ...changes }).join('\n');

test('who is missing is said first', () => {
  expect(pageOf({}).split('\n')[1]).toBe('! payouts gave no answer; what it knows is missing here');
});

test('a reason on several lines is told on one', () => {
  const { scheduling } = example;
  const [item] = scheduling?.timeline ?? [];
  if (!scheduling || !item) throw new Error('the example has no timeline');
  const timeline = [{ ...item, reason: 'The leak\n\tstopped\u2028by itself' }];
  expect(pageOf({ scheduling: { ...scheduling, timeline } })).toContain('“The leak stopped by itself”');
});

test('a dead letter comes with its reason and where to look; an event that waits stands out', () => {
  expect(pageOf({})).toContain(
    'payouts-schedule: DEAD since 2026-11-28T09:31:10.000Z: the amount is out of range (npm run ops -- dlq show --sequence 1)',
  );
  const [event] = example.scheduling?.outbox ?? [];
  if (!example.scheduling || !event) throw new Error('the example has no event');
  const waiting = { ...event, publishedAt: null, streamSequence: null, consumers: [] };
  expect(pageOf({ scheduling: { ...example.scheduling, outbox: [waiting] } })).toMatch(
    /v2 {2}\S+ {2}NOT PUBLISHED YET$/m,
  );
});

test('a reminder that was sent comes with its order; one whose order is not found stands out, unless nobody could look', () => {
  const { reminders, scheduling } = example;
  const [reminder] = reminders?.reminders ?? [];
  const [event] = scheduling?.outbox ?? [];
  if (!reminders || !reminder || !event) throw new Error('the example has no reminder that was sent');
  const order = { ...event, type: 'reminder.due', version: 7, reminderId: reminder.id } as const;
  const lost = 'upcoming-24h of version 3 was sent, and its reminder.due is not on REMINDER around that moment';
  const pageWith = (sent?: (typeof order)[]) => pageOf({ reminders: { ...reminders, ...(sent && { sent }) } });
  expect(pageWith([order])).toMatch(/^ {2}reminder\.due upcoming-24h v7 {2}\S+ {2}published \S+ as number 17$/m);
  expect(pageWith([order])).not.toContain(lost);
  expect(pageWith([])).toContain(lost);
  expect(pageWith()).not.toContain(lost);
});

test('a payout is told with its approvals and each attempt to pay it', () => {
  const attempt = { number: 1, account: 'acct_1', startedAt: '2026-12-02T09:00:00.000Z' };
  const refused = {
    outcome: 'REFUSED',
    code: 'no_such_account',
    reference: null,
    at: '2026-12-02T09:00:01.000Z',
  } as const;
  const page = pageOf({
    payouts: {
      payout,
      attempts: [
        { ...attempt, id: payout.id, results: [refused] },
        { ...attempt, id: payout.jobId, number: 2, results: [] },
      ],
      timeline: [],
      outbox: [],
      follows: [],
    },
  });
  expect(page).toContain('1 of 1 approvals');
  expect(page).toMatch(/attempt 1 .* began .*: REFUSED no_such_account 2026-12-02T09:00:01\.000Z$/m);
  expect(page).toMatch(/attempt 2 .*: nobody knows its end yet$/m);
});
