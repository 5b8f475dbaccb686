import { randomUUID } from 'node:crypto';
import {
  makeEvent,
  type ScheduleEvent,
  type ScheduleEventType,
  scheduleEvents,
  type Window,
} from '@punctual/contracts';

export const minuteMs = 60_000;
export const hourMs = 60 * minuteMs;

/** A window in UTC that starts so many milliseconds after a moment, and lasts an hour. */
export function windowAt(from: Temporal.Instant, inMs: number): Window {
  const after = (milliseconds: number) => from.add({ milliseconds }).toString({ smallestUnit: 'millisecond' });
  const start = after(inMs);
  const end = after(inMs + hourMs);
  const local = (instant: string) => instant.replace(/(\.000)?Z$/, '+00:00');
  return { start, end, timezone: 'Etc/UTC', localStart: local(start), localEnd: local(end) };
}

/**
 * An event as scheduling publishes it: the example of its contract, with what the test cares about.
 */
export function scheduleEvent(
  type: ScheduleEventType,
  version: number,
  {
    time = Temporal.Now.instant(),
    ...data
  }: Partial<Omit<ScheduleEvent['data'], 'status'>> & { time?: Temporal.Instant } = {},
): ScheduleEvent {
  const example = scheduleEvents[type].example.data;
  const assignmentId = data.assignmentId ?? example.assignmentId;
  return makeEvent({
    id: randomUUID(),
    type,
    time: time.toString({ smallestUnit: 'millisecond' }),
    sequence: version,
    assignmentId,
    data: { ...example, scheduleVersion: version, ...data },
  });
}
