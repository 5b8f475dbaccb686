import { Explanation, Payout } from '@punctual/contracts';
import { expect, test } from 'vitest';
import { explanationPage } from './explanation-page.ts';

const exampleOf = (schema: typeof Explanation | typeof Payout) => Object.values(schema.meta()?.examples ?? {})[0];
const example = Explanation.parse(exampleOf(Explanation));
const payout = Payout.parse(exampleOf(Payout));
const pageOf = (changes: Partial<Explanation>) => explanationPage({ ...example, ...changes }).join('\n');

test('the page starts with the missing parts', () => {
  expect(pageOf({}).split('\n')[1]).toBe('! payouts did not answer; its part is missing here');
});

test('the page prints a reason of several lines on one line', () => {
  const { scheduling } = example;
  const [item] = scheduling?.timeline ?? [];
  if (!scheduling || !item) throw new Error('the example has no timeline');
  const timeline = [{ ...item, reason: 'The leak\n\tstopped\u2028by itself' }];
  expect(pageOf({ scheduling: { ...scheduling, timeline } })).toContain('“The leak stopped by itself”');
});

test('the page shows why an event was dead-lettered, and highlights unpublished events', () => {
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

test('the page shows the order of a sent reminder, and highlights orders that were not found', () => {
  const { reminders, scheduling } = example;
  const [reminder] = reminders?.reminders ?? [];
  const [event] = scheduling?.outbox ?? [];
  if (!reminders || !reminder || !event) throw new Error('the example has no reminder that was sent');
  const order = { ...event, type: 'reminder.due', version: 7, reminderId: reminder.id } as const;
  const lost = 'upcoming-24h of version 3 was sent, but its reminder.due is not on REMINDER around that time';
  const pageWith = (sent?: (typeof order)[]) => pageOf({ reminders: { ...reminders, ...(sent && { sent }) } });
  expect(pageWith([order])).toMatch(/^ {2}reminder\.due upcoming-24h v7 {2}\S+ {2}published \S+ as number 17$/m);
  expect(pageWith([order])).not.toContain(lost);
  expect(pageWith([])).toContain(lost);
  expect(pageWith()).not.toContain(lost);
});

test('the page shows the approvals and payment attempts of a payout', () => {
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
  expect(page).toMatch(/attempt 2 .*: result unknown$/m);
});
