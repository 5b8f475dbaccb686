import type { BrokerHandle, Logger } from '@punctual/chassis';
import type { SuppressedBecause } from '@punctual/contracts';
import type { PlanRules } from '../domain/planned-reminder.ts';
import type { Store } from '../persistence/store.ts';
import type { Turn } from '../persistence/turn.ts';
import type { History } from './history.ts';

/** The dependencies of the commands. */
export type RemindersDeps = {
  store: Store;
  broker: BrokerHandle;
  alarms: Alarms;
  history: History;
  /** To refill REMINDER: two instances could store events out of order. */
  refillTurn: Turn;
  metrics: DispatchMetrics;
  logger: Logger;
  /** The clock, in milliseconds. */
  now: () => Temporal.Instant;
  newId: () => string;
  /** A number from 0 up to 1. */
  random: () => number;
  rules: PlanRules;
  /** How late a reminder may be before it is OVERDUE. */
  graceMs: number;
  /** How long a worker may hold reminders that it has not sent. */
  claimMs: number;
  /** Aborted when the service stops: long work then ends after its current batch. */
  signal: AbortSignal;
};

/** Wakes the dispatch when reminders are due. */
export type Alarms = {
  /** Schedules a dispatch at each of these times, or soon for those in the past. */
  set(moments: Temporal.Instant[]): Promise<void>;
  /** The same for one time, even if it was set before: its job may be lost. */
  setAgain(moment: Temporal.Instant): Promise<void>;
};

/** Metrics of the dispatch. */
export type DispatchMetrics = {
  /** Counts a sent reminder. */
  sent(latenessMs: number): void;
  /** Counts a planned reminder that is not sent. */
  suppressed(because: SuppressedBecause): void;
};
