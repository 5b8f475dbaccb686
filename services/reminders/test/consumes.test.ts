import { scheduleEvents } from '@punctual/contracts';
import { undeclaredReads } from '@punctual/testkit';
import { expect, test } from 'vitest';
import { applyScheduleEvent } from '../src/domain/assignment.ts';

const declared = { consumes: new URL('../consumes.json', import.meta.url), consumer: 'reminders-schedule' };
const hourMs = 3_600_000;
const rules = {
  proposalTtlMs: 72 * hourMs,
  respondLastLeadMs: 2 * hourMs,
  upcoming24hLeadMs: 24 * hourMs,
  upcoming1hLeadMs: hourMs,
  minGapMs: hourMs / 2,
};

test.each(Object.values(scheduleEvents))(
  'consumes.json declares every field of $type that reminders reads',
  ({ example }) => {
    const occasion = { now: Temporal.Instant.from(example.time), traceparent: null };
    const apply = (event: typeof example) => applyScheduleEvent(undefined, event, rules, occasion);
    expect(undeclaredReads(declared, example, apply)).toEqual([]);
  },
);
