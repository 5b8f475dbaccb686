import type { JsMsg } from '@nats-io/jetstream';
import { type Logger, readHeaders } from '@punctual/chassis';
import {
  type PayoutEvent,
  type ReminderEvent,
  readPayoutEvent,
  readReminderEvent,
  readScheduleEvent,
  type ScheduleEvent,
  type Uuid,
} from '@punctual/contracts';
import { z } from 'zod';

/** The streams whose events are the changes of an assignment. */
export const sources = ['SCHEDULE', 'REMINDER', 'PAYOUT'] as const;
export type Source = (typeof sources)[number];

/** One event and its place. */
export type Change = Place &
  (
    | { source: 'SCHEDULE'; event: ScheduleEvent }
    | { source: 'REMINDER'; event: ReminderEvent }
    | { source: 'PAYOUT'; event: PayoutEvent }
  );

export type Place = {
  /** When the stream was made, in ms since the epoch: positions in another stream of the same name mean nothing. */
  born: number;
  /** The message's sequence in the stream. */
  position: number;
};

/** A message of a stream that was made at `born`. */
export type Sent = { source: Source; born: number; message: JsMsg };

/**
 * Reads a message leniently; undefined for one that is no change of the assignment: it names another, or is of an unknown type,
 * malformed, or a replay for one consumer. What does not mention the assignment at all is not even parsed.
 */
export function readChange(logger: Logger, assignmentId: Uuid, { source, born, message }: Sent): Change | undefined {
  if (!mentions(message, assignmentId)) return undefined;
  const headers = readHeaders(() => message.headers);
  if (headers !== 'unreadable' && headers?.has('Punctual-Replay')) return undefined;
  try {
    const change = parse(source, { born, position: message.seq }, message.json());
    return change?.event.partitionkey === assignmentId ? change : undefined;
  } catch (error) {
    logger.warn({ err: error, subject: message.subject, sequence: message.seq }, 'a malformed event is passed over');
    return undefined;
  }
}

const Keyed = z.object({ partitionkey: z.string() });

/** Whom a message concerns, as cheaply as can be: most of them concern nobody who listens. */
export function assignmentOf(message: JsMsg): Uuid | undefined {
  try {
    return Keyed.parse(message.json()).partitionkey;
  } catch {
    return undefined;
  }
}

function mentions({ data }: JsMsg, id: Uuid): boolean {
  return Buffer.from(data.buffer, data.byteOffset, data.length).includes(id);
}

function parse(source: Source, place: Place, json: unknown): Change | undefined {
  switch (source) {
    case 'SCHEDULE': {
      const event = readScheduleEvent(json);
      return event && { ...place, source, event };
    }
    case 'REMINDER': {
      const event = readReminderEvent(json);
      return event && { ...place, source, event };
    }
    case 'PAYOUT': {
      const event = readPayoutEvent(json);
      return event && { ...place, source, event };
    }
  }
}
