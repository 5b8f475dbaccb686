import { type Attempts, type ConsumerDeps, type Refusal, startConsumer } from '@punctual/chassis';
import { consumers, type PersonErased, readPersonEvent, readScheduleEvent } from '@punctual/contracts';
import type { Arrival } from '../domain/assignment.ts';

/** What the service does with the events that it consumes, and notes of its attempts. */
export type EventHandlers = {
  applyScheduleEvents: (arrivals: readonly Arrival[]) => Promise<readonly Refusal[]>;
  eraseTitles: (events: readonly PersonErased[]) => Promise<void>;
  attempts: Attempts;
};

/** Starts every consumer of the service. No inbox: a record's version tells what is new. */
export function subscribe(
  consuming: ConsumerDeps,
  { applyScheduleEvents, eraseTitles, attempts }: EventHandlers,
): void {
  startConsumer(consuming, {
    ...consumers.remindersSchedule,
    attempts,
    read: readScheduleEvent,
    handle: (messages) =>
      applyScheduleEvents(messages.map(({ event, traceparent = null }) => ({ event, traceparent }))),
  });
  // Separate, since instances of the previous release share the other one and skip unknown events.
  startConsumer(consuming, {
    ...consumers.remindersPerson,
    attempts,
    read: readPersonEvent,
    handle: (messages) => eraseTitles(messages.map(({ event }) => event)),
  });
}
