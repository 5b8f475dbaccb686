import type { ReminderEvent } from '@punctual/contracts';
import { reminderEvents } from '@punctual/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { projectReminder, type ReminderProjection, reminderStatus } from './reminder-projection.ts';

const nothing: ReminderProjection = { reminders: {}, lastSentAt: null };
const types = Object.keys(reminderEvents) as ReminderEvent['type'][];

function event(type: ReminderEvent['type'], kind: string, sequence: number): ReminderEvent {
  const { example } = reminderEvents[type];
  const { assignmentId } = example.data;
  const sentAt = type === 'reminder.due' ? new Date(sequence * 1_000).toISOString() : null;
  const data = { ...example.data, reminderId: `${assignmentId}:2:${kind}`, reminderSequence: sequence, sentAt };
  return { ...example, type, data } as ReminderEvent;
}

const after = (events: readonly ReminderEvent[]) => events.reduce(projectReminder, nothing);

const histories = fc
  .array(fc.tuple(fc.constantFrom(...types), fc.constantFrom('respond', 'upcoming-24h', 'upcoming-1h')))
  .map((steps) => steps.map(([type, kind], index) => event(type, kind, index + 1)));

describe('the projection of reminders', () => {
  test('does not depend on the order or the number of deliveries', () => {
    const shuffled = histories.chain((events) =>
      fc.tuple(
        fc.constant(events),
        fc.shuffledSubarray([...events, ...events], { minLength: events.length * 2, maxLength: events.length * 2 }),
      ),
    );
    fc.assert(
      fc.property(shuffled, ([inOrder, anyOrder]) => {
        const [expected, actual] = [after(inOrder), after(anyOrder)];
        expect(actual).toEqual(expected);
        expect(reminderStatus(actual)).toBe(reminderStatus(expected));
      }),
    );
  });

  test.each([
    ['nothing', [], 'NONE'],
    ['one planned', [event('reminder.queued', 'upcoming-1h', 1)], 'QUEUED'],
    ['one sent', [event('reminder.queued', 'upcoming-24h', 1), event('reminder.due', 'upcoming-24h', 2)], 'SENT'],
    [
      'one suppressed while another is planned',
      [event('reminder.queued', 'upcoming-1h', 1), event('reminder.suppressed', 'respond', 2)],
      'QUEUED',
    ],
    [
      'all suppressed',
      [event('reminder.queued', 'upcoming-1h', 1), event('reminder.suppressed', 'upcoming-1h', 2)],
      'NONE',
    ],
    ['one that is late', [event('reminder.due', 'respond', 1), event('reminder.overdue', 'upcoming-1h', 2)], 'OVERDUE'],
  ])('of %s shows what is last alive', (_name, events, expected) => {
    expect(reminderStatus(after(events))).toBe(expected);
  });
});
