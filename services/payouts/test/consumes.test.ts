import { scheduleEvents } from '@punctual/contracts';
import { undeclaredReads } from '@punctual/testkit';
import { expect, test } from 'vitest';
import { applyScheduleEvent } from '../src/domain/apply-schedule-event.ts';
import { unknownAssignment } from '../src/domain/assignment-view.ts';

const declared = { consumes: new URL('../consumes.json', import.meta.url), consumer: 'payouts-schedule' };

test.each(Object.values(scheduleEvents))(
  'consumes.json declares every field of $type that payouts uses',
  ({ example }) => {
    const known = { view: unknownAssignment(example.data.assignmentId), payout: undefined };
    const opening = { id: '01936f2a-7c10-7000-8000-0000000000a1', twoPersonMinor: 100_000 };
    expect(
      undeclaredReads(declared, example, (event) => applyScheduleEvent(known, event, opening, Temporal.Now.instant())),
    ).toEqual([]);
  },
);
