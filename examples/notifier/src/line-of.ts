import type { ReminderEvent, ReminderKind } from '@punctual/contracts';
import type { Line } from './sent-lines.ts';

type ReminderDue = Extract<ReminderEvent, { type: 'reminder.due' }>;

const saying: Record<ReminderKind, string> = {
  respond: 'please answer the proposal of',
  'respond-last': 'this is the last call to answer the proposal of',
  'upcoming-24h': 'in a day there is the visit of',
  'upcoming-1h': 'in an hour there is the visit of',
};

/** A reminder as a line to send. The event is free of any language; the words are ours. */
export function lineOf({ id, time, data }: ReminderDue): Line {
  const { customerId, providerId } = data;
  return { eventId: id, time, people: [customerId, providerId], text: textOf(data) };
}

function textOf({ kind, audience, window, link }: ReminderDue['data']): string {
  const sides = audience.map((side) => side.toLowerCase()).join(' and ');
  const [day, from] = wallClock(window.localStart);
  const [lastDay, to] = wallClock(window.localEnd);
  const end = lastDay === day ? to : `${lastDay} ${to}`;
  return `To the ${sides}: ${saying[kind]} ${day} ${from} to ${end} (${window.timezone}). ${link}`;
}

/**
 * Day and time as the wall clock of the place shows them: `2026-12-01T10:00:00+01:00` →
 * `2026-12-01`, `10:00`.
 */
function wallClock(localTime: string): [day: string, time: string] {
  return [localTime.slice(0, 10), localTime.slice(11, 16)];
}
