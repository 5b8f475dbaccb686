import { z } from 'zod';
import {
  type PayoutEvent,
  type PersonEvent,
  payoutEvents,
  personEvents,
  type ReminderEvent,
  reminderEvents,
  type ScheduleEvent,
  scheduleEvents,
} from './catalog.ts';

/**
 * Reads parsed JSON as an event, leniently: unknown fields are dropped. Answers undefined for a
 * type that this version of the contracts does not know (a later one may), and throws a ZodError
 * when a known type is not what it should be.
 */
export type ReadEvent<E> = (json: unknown) => E | undefined;

export const readScheduleEvent: ReadEvent<ScheduleEvent> = reader<ScheduleEvent>(scheduleEvents);
export const readReminderEvent: ReadEvent<ReminderEvent> = reader<ReminderEvent>(reminderEvents);
export const readPayoutEvent: ReadEvent<PayoutEvent> = reader<PayoutEvent>(payoutEvents);
export const readPersonEvent: ReadEvent<PersonEvent> = reader<PersonEvent>(personEvents);

const Typed = z.object({ type: z.string() });

function reader<E>(contracts: Record<string, { lenient: z.ZodType<E> }>): ReadEvent<E> {
  const byType = new Map(Object.entries(contracts));
  return (json) => byType.get(Typed.parse(json).type)?.lenient.parse(json);
}
