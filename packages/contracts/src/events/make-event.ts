import type { DisputeKind } from '../rest/assignment-commands.ts';
import { allEvents, type EventType, type ReminderEventType, type ScheduleEventType } from './catalog.ts';
import { type EventOf, sequenceText } from './define-event.ts';
import type { PayoutData } from './payout-data.ts';
import type { ReminderData } from './reminder-data.ts';
import type { ScheduleData } from './schedule-data.ts';

/** The data of a schedule event, with what only some types have. */
export type ScheduleInput = ScheduleData & { kind?: DisputeKind; nextProviderId?: string | null | undefined };

/**
 * The data that a producer hands over: as wide as its family. What the type narrows is checked when
 * the event is made.
 */
export type EventInput<T extends EventType> = T extends ScheduleEventType
  ? ScheduleInput
  : T extends ReminderEventType
    ? ReminderData
    : PayoutData;

/**
 * The complete event of an assignment as it goes on the wire. Throws a ZodError when `data` is not
 * exactly what the contract of `type` says: a producer publishes nothing that it has not promised,
 * and nothing less.
 *
 * `sequence` is the aggregate's version, `time` the moment of the change; without a trace,
 * `traceparent` is left out.
 */
export function makeEvent<T extends EventType>(event: {
  id: string;
  type: T;
  time: string;
  sequence: number;
  assignmentId: string;
  data: EventInput<T>;
  traceparent?: string | undefined;
}): EventOf<(typeof allEvents)[T]> {
  const contract = allEvents[event.type];
  return contract.strict.parse({
    specversion: '1.0',
    id: event.id,
    source: contract.source,
    type: event.type,
    subject: event.assignmentId,
    time: event.time,
    datacontenttype: 'application/json',
    dataschema: contract.dataschema,
    sequence: sequenceText(event.sequence),
    partitionkey: event.assignmentId,
    ...(event.traceparent === undefined ? {} : { traceparent: event.traceparent }),
    data: event.data,
  }) as EventOf<(typeof allEvents)[T]>;
}
