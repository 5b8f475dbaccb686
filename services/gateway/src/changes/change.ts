import type { JsMsg } from '@nats-io/jetstream';
import type { Logger } from '@punctual/chassis';
import {
  type PayoutEvent,
  type ReminderEvent,
  readPayoutEvent,
  readReminderEvent,
  readScheduleEvent,
  type ScheduleEvent,
  type Uuid,
} from '@punctual/contracts';

/** The streams of events that clients may follow. */
export const changeStreams = ['SCHEDULE', 'REMINDER', 'PAYOUT'] as const;
export type ChangeStream = (typeof changeStreams)[number];

export type StreamPosition = {
  /**
   * In ms since the epoch. A sequence means nothing in another stream, even one of the same name.
   */
  streamCreatedAt: number;
  /** The sequence of a message in the stream. */
  sequence: number;
};

/** One event and its position. */
export type Change = StreamPosition &
  (
    | { stream: 'SCHEDULE'; event: ScheduleEvent }
    | { stream: 'REMINDER'; event: ReminderEvent }
    | { stream: 'PAYOUT'; event: PayoutEvent }
  );

export type StreamMessage = {
  stream: ChangeStream;
  streamCreatedAt: number;
  message: JsMsg;
  /** The assignment, the customer and the provider of the event, perhaps others. */
  ids: readonly Uuid[];
};

/**
 * By pattern: parsing JSON costs five times as much, and a client that resumes far back has all
 * messages since then looked through. Each event that is sent is parsed and judged by its content.
 */
const idsPattern = /"(?:partitionkey|customerId|providerId)"\s*:\s*"[0-9A-Fa-f-]{36}"/g;
const idLength = 36;

/** Finds the ids of a message without reading the rest: most messages have no listener. */
export function identify(stream: ChangeStream, streamCreatedAt: number, message: JsMsg): StreamMessage {
  return { stream, streamCreatedAt, message, ids: idsOf(message) };
}

/**
 * Reads a message leniently.
 * @returns undefined for a message that is malformed or of a type that is not followed
 */
export function readChange(logger: Logger, { stream, streamCreatedAt, message }: StreamMessage): Change | undefined {
  try {
    return parse(stream, { streamCreatedAt, sequence: message.seq }, message.json());
  } catch (error) {
    logger.warn({ err: error, subject: message.subject, sequence: message.seq }, 'Malformed event skipped');
    return undefined;
  }
}

function idsOf({ data }: JsMsg): Uuid[] {
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.length);
  const ids = new Set<Uuid>();
  for (const { 0: field, index } of bytes.toString('latin1').matchAll(idsPattern)) {
    const end = index + field.length - 1;
    // A copy: part of a string would keep the whole of it in memory.
    ids.add(bytes.toString('latin1', end - idLength, end).toLowerCase());
  }
  return [...ids];
}

function parse(stream: ChangeStream, position: StreamPosition, json: unknown): Change | undefined {
  switch (stream) {
    case 'SCHEDULE': {
      const event = readScheduleEvent(json);
      return event && { ...position, stream, event };
    }
    case 'REMINDER': {
      const event = readReminderEvent(json);
      return event && { ...position, stream, event };
    }
    case 'PAYOUT': {
      const event = readPayoutEvent(json);
      return event && { ...position, stream, event };
    }
  }
}
