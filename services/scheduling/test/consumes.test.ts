import { payoutEvents, reminderEvents } from '@punctual/contracts';
import { undeclaredReads } from '@punctual/testkit';
import { expect, test } from 'vitest';
import { projectPayout } from '../src/domain/payout-projection.ts';
import { projectReminder } from '../src/domain/reminder-projection.ts';

const consumes = new URL('../consumes.json', import.meta.url);

test.each(Object.values(reminderEvents))(
  'consumes.json declares every field of $type that is projected',
  ({ example }) => {
    const declared = { consumes, consumer: 'scheduling-reminder' };
    const projection = { reminders: {}, lastSentAt: null };
    expect(undeclaredReads(declared, example, (event) => projectReminder(projection, event))).toEqual([]);
  },
);

test.each(Object.values(payoutEvents))(
  'consumes.json declares every field of $type that is projected',
  ({ example }) => {
    const declared = { consumes, consumer: 'scheduling-payout' };
    expect(undeclaredReads(declared, example, ({ data }) => projectPayout(data))).toEqual([]);
  },
);
