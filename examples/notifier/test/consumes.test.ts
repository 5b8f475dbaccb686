import { allEvents } from '@punctual/contracts';
import { undeclaredReads } from '@punctual/devstack';
import { expect, test } from 'vitest';
import { lineOf } from '../src/line-of.ts';

test('consumes.json declares every field that a line is made of', () => {
  const declared = { consumes: new URL('../consumes.json', import.meta.url), consumer: 'notifier' };
  expect(undeclaredReads(declared, allEvents['reminder.due'].example, lineOf)).toEqual([]);
  expect(undeclaredReads(declared, allEvents['reminder.due'].example, ({ data }) => data.window.end)).toEqual([
    'data.window.end',
  ]);
});
