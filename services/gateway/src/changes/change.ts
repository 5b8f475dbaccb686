import type { JsMsg } from '@nats-io/jetstream';
import type { Logger } from '@punctual/chassis';
import {
  type PayoutEvent,
  type ReminderEvent,
  readPayoutEvent,
  readReminderEvent,
  readScheduleEvent,
  type ScheduleEvent,
} from '@punctual/contracts';

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

/** Reads a message leniently; undefined for one that is nobody's change: of an unknown type, malformed, or a replay for one consumer. */
export function readChange(logger: Logger, source: Source, born: number, message: JsMsg): Change | undefined {
  if (message.headers?.has('Punctual-Replay')) return undefined;
  try {
    return parse(source, { born, position: message.seq }, message.json());
  } catch (error) {
    logger.warn({ err: error, subject: message.subject, sequence: message.seq }, 'a malformed event is passed over');
    return undefined;
  }
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
