import { payoutEvents, reminderEvents } from '@punctual/contracts';
import { undeclaredReads } from '@punctual/devstack';
import { expect, test } from 'vitest';
import { payoutCopy } from '../src/domain/payout-copy.ts';
import { copyReminder } from '../src/domain/reminder-copy.ts';

const consumes = new URL('../consumes.json', import.meta.url);

test.each(Object.values(reminderEvents))(
  'consumes.json declares every field of $type that is copied',
  ({ example }) => {
    const declared = { consumes, consumer: 'scheduling-reminder' };
    const copy = { reminders: {}, lastSentAt: null };
    expect(undeclaredReads(declared, example, (event) => copyReminder(copy, event))).toEqual([]);
  },
);

test.each(Object.values(payoutEvents))('consumes.json declares every field of $type that is copied', ({ example }) => {
  const declared = { consumes, consumer: 'scheduling-payout' };
  expect(undeclaredReads(declared, example, ({ data }) => payoutCopy(data))).toEqual([]);
});
