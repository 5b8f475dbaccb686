import { randomUUID } from 'node:crypto';
import type { JetStreamClient } from '@nats-io/jetstream';
import { makeEvent, type ScheduleEventType, scheduleEvents, type Window } from '@punctual/contracts';

const hourMs = 3_600_000;

export type ScheduleChange = { type: ScheduleEventType; version: number; assignmentId: string; window?: Window };

/** Publishes an event as scheduling does: the example of its contract, for this assignment. */
export async function publishChange(stream: JetStreamClient, change: ScheduleChange): Promise<void> {
  const { type, version, assignmentId, window } = change;
  const example = scheduleEvents[type].example.data;
  const event = makeEvent({
    id: randomUUID(),
    type,
    time: new Date().toISOString(),
    sequence: version,
    assignmentId,
    data: { ...example, assignmentId, scheduleVersion: version, ...(window && { window }) },
  });
  await stream.publish(type, JSON.stringify(event), { msgID: event.id });
}

/** Returns the window whose one-hour reminder is due at this time. */
export function windowDueAt(dueAt: number): Window {
  const start = new Date(dueAt + hourMs).toISOString();
  const end = new Date(dueAt + 2 * hourMs).toISOString();
  const local = (instant: string) => instant.replace(/(\.000)?Z$/, '+00:00');
  return { start, end, timezone: 'Etc/UTC', localStart: local(start), localEnd: local(end) };
}
