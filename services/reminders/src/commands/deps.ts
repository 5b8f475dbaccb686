import type { BrokerHandle, Logger } from '@punctual/chassis';
import type { PlanRules } from '../domain/planned-reminder.ts';
import type { Store } from '../persistence/store.ts';

/** What the commands work with. */
export type CommandDeps = {
  store: Store;
  broker: BrokerHandle;
  alarms: Alarms;
  metrics: DispatchMetrics;
  logger: Logger;
  now: () => Date;
  rules: PlanRules;
  /** How late a reminder may be before it is OVERDUE. */
  graceMs: number;
  /** How long a worker may hold reminders without having sent them. */
  claimMs: number;
  /** Aborted when the service stops: long work then ends after its current batch. */
  signal: AbortSignal;
};

/** The clock, as the commands see it. */
export type Alarms = {
  /** Makes sure that something looks for due reminders at each of these moments, or soon when it has passed. */
  set(moments: Date[]): Promise<void>;
  /** The same for one moment, though it was set before: it may have got lost. */
  setAgain(moment: Date): Promise<void>;
};

/** What can be seen of dispatch from outside. */
export type DispatchMetrics = {
  /** A reminder was sent, so late. */
  sent(latenessMs: number): void;
};
