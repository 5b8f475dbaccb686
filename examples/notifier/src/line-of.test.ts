import { allEvents, type ReminderKind } from '@punctual/contracts';
import { expect, test } from 'vitest';
import { lineOf } from './line-of.ts';

const due = allEvents['reminder.due'].example;

test('it says to whom, what, when on the wall clock of the place, and where to look', () => {
  expect(lineOf(due).text).toBe(
    'To the customer and provider: in a day there is the visit of 2026-12-01 10:00 to 12:00 (Europe/Berlin). ' +
      'https://app.punctual.example/assignments/01936f2a-7c10-7000-8000-000000000002',
  );
});

test.each<[ReminderKind, RegExp]>([
  ['respond', /^To the provider: please answer the proposal of 2026/],
  ['respond-last', /^To the provider: this is the last call to answer the proposal of 2026/],
  ['upcoming-1h', /^To the provider: in an hour there is the visit of 2026/],
])('%s has its own wording', (kind, line) => {
  expect(lineOf({ ...due, data: { ...due.data, kind, audience: ['PROVIDER'] } }).text).toMatch(line);
});

test('a window over midnight names both days', () => {
  const window = { ...due.data.window, localEnd: '2026-12-02T01:30:00+01:00' };
  expect(lineOf({ ...due, data: { ...due.data, window } }).text).toContain('2026-12-01 10:00 to 2026-12-02 01:30 (');
});
