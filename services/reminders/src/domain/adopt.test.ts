import { type ReminderEvent, readReminderEvent } from '@punctual/contracts';
import { expect, test } from 'vitest';
import { hourMs, minuteMs, scheduleEvent, windowAt } from '../../test/schedule-events.ts';
import { toReminderEvent } from '../messaging/events.ts';
import { adopt, adoptedRows } from './adopt.ts';
import { type AssignmentRecord, applyScheduleEvents } from './assignment.ts';
import { newRow } from './ledger-row.ts';
import { entryOf } from './outbox-entry.ts';

const rules = {
  proposalTtlMs: 72 * hourMs,
  respondLastLeadMs: 2 * hourMs,
  upcoming24hLeadMs: 24 * hourMs,
  upcoming1hLeadMs: hourMs,
  minGapMs: hourMs / 2,
};
const now = Temporal.Instant.from('2026-11-20T08:00:00.001Z');
const window = windowAt(now, 48 * hourMs);
const proposed = scheduleEvent('schedule.proposed', 1, { window, time: now });
const confirmed = scheduleEvent('schedule.confirmed', 2, { window, time: now });
const moved = scheduleEvent('schedule.confirmed', 3, { window: windowAt(now, 72 * hourMs), time: now });

function apply(record: AssignmentRecord | undefined, ...events: (typeof proposed)[]): AssignmentRecord {
  const arrivals = events.map((event) => ({ event, traceparent: null }));
  const next = applyScheduleEvents(record, arrivals, rules, now) ?? record;
  if (!next) throw new Error('nothing applied');
  return next;
}

/** Publishes the outbox of a record. */
function publish(record: AssignmentRecord): [AssignmentRecord, ReminderEvent[]] {
  const rows = new Map(published.map((row) => [row.id, row]));
  const events = record.outbox.map((entry, index) => {
    const planned = newRow(record.assignmentId, entry);
    if (planned) published.push(planned);
    const row = planned ?? rows.get(`${record.assignmentId}:${entry.scheduleVersion}:${entry.kind}`);
    if (!row) throw new Error('no row');
    const sequence = record.sequence - record.outbox.length + 1 + index;
    const event = readReminderEvent(toReminderEvent({ record, entry, row, sequence, sentAt: now }));
    if (!event) throw new Error('no event');
    return event;
  });
  return [{ ...record, outbox: [] }, events];
}
const published: NonNullable<ReturnType<typeof newRow>>[] = [];

const adoptAll = (record: AssignmentRecord | undefined, [first, ...others]: ReminderEvent[]) => {
  if (!first) throw new Error('no event');
  return adopt(record, [first, ...others]);
};

test.each([
  ['a proposal', proposed],
  [
    'a proposal at short notice',
    scheduleEvent('schedule.proposed', 1, { window: windowAt(now, 5 * hourMs), time: now }),
  ],
  ['a confirmation', confirmed],
  [
    'a confirmation at short notice',
    scheduleEvent('schedule.confirmed', 1, { window: windowAt(now, 40 * minuteMs), time: now }),
  ],
])('rows of %s are made again from its events', (_, event) => {
  const record = apply(undefined, event);
  const rows = record.outbox.map((entry) => newRow(record.assignmentId, entry));
  expect(adoptedRows(publish(record)[1], rules)).toEqual(rows);
});

test('a restored record that catches up ends as it was, and publishes nothing again', () => {
  const [backup, first] = publish(apply(undefined, proposed));
  const [after, second] = publish(apply(backup, confirmed, moved));
  expect(first.length).toBeGreaterThan(0);

  const adopted = adoptAll(backup, second);
  expect(adopted.sequence).toBe(after.sequence);
  expect(apply(adopted, confirmed, moved)).toEqual({ ...after, ahead: [] });
  // All at once, or one by one.
  expect(apply(apply(adopted, confirmed), moved)).toEqual({ ...after, ahead: [] });
});

test('a record that only the stream knows is made again', () => {
  const [after, events] = publish(apply(undefined, proposed, confirmed));
  expect(apply(adoptAll(undefined, events), proposed, confirmed)).toEqual({ ...after, ahead: [] });
});

test('what the stream has is closed, and leaves the outbox', () => {
  const backup = apply(undefined, confirmed);
  const [after, events] = publish(backup);
  const due = {
    ...after,
    sequence: after.sequence + 1,
    outbox: [entryOf('reminder.due', 2, 'upcoming-24h', { now, traceparent: null })],
  };
  const sent = publish(due)[1];
  expect(adoptAll(backup, [...events, ...sent])).toMatchObject({
    outbox: [],
    open: ['upcoming-1h'],
    sequence: due.sequence,
  });
});

test('a decision that the stream lacks keeps its place after those that it has', () => {
  const backup = apply(undefined, confirmed);
  const [, events] = publish(backup);
  expect(adoptAll(backup, events.slice(0, 1))).toMatchObject({
    outbox: backup.outbox.slice(1),
    sequence: backup.sequence,
  });
});

test('a decision that was taken again leaves no gap in the numbers', () => {
  const [backup] = publish(apply(undefined, proposed));
  const [after, events] = publish(apply(backup, confirmed));
  const again = apply(backup, moved);
  const adopted = adoptAll(again, events);
  const numbers = adopted.outbox.map((_, index) => adopted.sequence - adopted.outbox.length + 1 + index);
  expect(numbers[0] ?? after.sequence + 1).toBe(after.sequence + 1);
});

test('a newer version suppresses reminders of versions in between that the stream has', () => {
  const [backup] = publish(apply(undefined, proposed));
  const [, events] = publish(apply(backup, confirmed));
  const jumped = apply(adoptAll(backup, events), moved);
  const suppressed = jumped.outbox.filter(({ type }) => type === 'reminder.suppressed').map(({ key }) => key);
  expect(suppressed).toEqual(['2:upcoming-24h:reminder.suppressed', '2:upcoming-1h:reminder.suppressed']);
  expect(jumped.version).toBe(3);
});
