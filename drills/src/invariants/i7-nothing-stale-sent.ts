import { firstOfEach } from './first-of-each.ts';
import type { Message, ObservedState } from './state.ts';

/**
 * I7: no reminder is sent for a window that was no longer current. Once reminders has published a
 * newer version or suppressed the reminder, it does not send it; and a sent reminder names the
 * window of its version.
 */
export function nothingStaleSent({ streams }: ObservedState): string[] {
  const windows = new Map(
    streams.SCHEDULE.map(({ event }) => [`${event.subject} ${event.data.scheduleVersion}`, event.data.window?.start]),
  );
  const byAssignment = Map.groupBy(firstOfEach(streams.REMINDER), ({ event }) => event.subject);
  return [...byAssignment].flatMap(([assignmentId, messages]) => {
    const wrong = messages
      .filter(({ event }) => event.type === 'reminder.due')
      .flatMap(({ event }) => {
        const start = windows.get(`${assignmentId} ${event.data.scheduleVersion}`);
        return start === event.data.window?.start
          ? []
          : [`reminder ${event.data.reminderId} names a window that its version has not`];
      });
    return [...wrong, ...afterItsTime(messages)];
  });
}

function afterItsTime(messages: readonly Message[]): string[] {
  let newest = 0;
  const suppressed = new Set<string>();
  const wrong: string[] = [];
  for (const { event } of messages) {
    const { reminderId = '', scheduleVersion = 0 } = event.data;
    if (event.type === 'reminder.due' && scheduleVersion < newest)
      wrong.push(`reminder ${reminderId} was sent when version ${newest} was known`);
    if (event.type === 'reminder.due' && suppressed.has(reminderId))
      wrong.push(`reminder ${reminderId} was sent after it was suppressed`);
    if (event.type === 'reminder.queued') newest = Math.max(newest, scheduleVersion);
    if (event.type === 'reminder.suppressed') suppressed.add(reminderId);
  }
  return wrong;
}
