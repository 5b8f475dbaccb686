import { describe, expect, test } from 'vitest';
import { ZodError } from 'zod';
import { sample } from '../samples.ts';
import { allEvents, payoutEvents, reminderEvents, scheduleEvents } from './catalog.ts';
import { makeEvent } from './make-event.ts';
import { makePersonErased } from './person-erased.ts';
import { readPayoutEvent, readPersonEvent, readReminderEvent, readScheduleEvent } from './read-event.ts';
import { scheduleExample } from './schedule-data.ts';
import { streams } from './streams.ts';

const contracts = Object.entries(allEvents);
const proposed = {
  id: sample.eventId,
  type: 'schedule.proposed' as const,
  time: sample.changedAt,
  sequence: 1,
  assignmentId: sample.assignmentId,
  data: scheduleExample,
};

test.each(contracts)('%s is listed under its type, on a stream that has its subject', (type, contract) => {
  expect(contract.type).toBe(type);
  expect(streams[contract.stream].subjects).toContain(`${type.split('.')[0]}.>`);
});

describe('a producer', () => {
  test('builds the whole envelope', () => {
    expect(makeEvent({ ...proposed, traceparent: sample.traceparent })).toEqual(allEvents['schedule.proposed'].example);
  });

  test('omits the traceparent without a trace', () => {
    expect(makeEvent(proposed)).not.toHaveProperty('traceparent');
  });

  test.each(contracts)('of %s cannot add, omit or nest unknown fields', (_type, { strict, example }) => {
    const [, ...kept] = Object.entries(example.data);
    const incomplete = Object.fromEntries(kept);
    for (const data of [{ ...example.data, more: 1 }, incomplete]) {
      expect(strict.safeParse({ ...example, data }).success).toBe(false);
    }
    expect(strict.safeParse({ ...example, more: 1 }).success).toBe(false);
  });

  test('accepts only values the type allows', () => {
    expect(() => makeEvent({ ...proposed, data: { ...scheduleExample, window: null } })).toThrow(ZodError);
    expect(() => makeEvent({ ...proposed, data: { ...scheduleExample, status: 'CONFIRMED' } })).toThrow(ZodError);
    expect(() => makeEvent({ ...proposed, type: 'schedule.disputed' })).toThrow(ZodError);
  });

  test('cannot publish with a sequence or assignment that differs from the data', () => {
    expect(() => makeEvent({ ...proposed, sequence: 2 })).toThrow('sequence');
    expect(() => makeEvent({ ...proposed, assignmentId: sample.jobId })).toThrow('subject');
  });
});

describe('a reader', () => {
  test.each([
    ['schedule', readScheduleEvent, scheduleEvents],
    ['reminder', readReminderEvent, reminderEvents],
    ['payout', readPayoutEvent, payoutEvents],
  ] as const)('of %s events reads them all and drops unknown fields', (_family, read, events) => {
    for (const { example } of Object.values(events)) {
      const withMore = { ...example, more: 1, data: { ...example.data, more: { deep: 1 } } };
      expect(read(withMore)).toEqual(example);
    }
  });

  test('drops unknown fields inside a window', () => {
    const { example } = scheduleEvents['schedule.confirmed'];
    const window = { ...example.data.window, more: 1 };
    expect(readScheduleEvent({ ...example, data: { ...example.data, window } })).toEqual(example);
  });

  test('accepts a newer dataschema', () => {
    const { example } = scheduleEvents['schedule.confirmed'];
    const dataschema = example.dataschema.replace('v1', 'v1.1');
    expect(readScheduleEvent({ ...example, dataschema })).toEqual({ ...example, dataschema });
  });

  test.each(['schedule.postponed', 'schedule.confirmed.v2', 'payout.paid', 'constructor', ''])(
    'returns undefined for the type %j',
    (type) => {
      expect(readScheduleEvent({ ...scheduleEvents['schedule.confirmed'].example, type })).toBeUndefined();
    },
  );

  test.each([null, 'text', [], {}, { type: 7 }, { type: 'schedule.confirmed' }])('throws on %j', (json) => {
    expect(() => readScheduleEvent(json)).toThrow(ZodError);
  });
});

test('an erasure has its person as subject and key and counts erasures', () => {
  const data = { personId: sample.customerId, at: sample.changedAt };
  const event = makePersonErased({ id: sample.eventId, sequence: 2, data });
  expect(event).toMatchObject({ type: 'person.erased', subject: data.personId, partitionkey: data.personId, data });
  expect(event.sequence).toBe('0000000002');
  expect(readPersonEvent({ ...event, data: { ...data, more: 1 } })).toEqual(event);
  expect(readScheduleEvent(event)).toBeUndefined();
});
