import { connect } from '@nats-io/transport-node';
import {
  type PayoutEvent,
  type ReminderEvent,
  readPayoutEvent,
  readReminderEvent,
  readScheduleEvent,
  type ScheduleEvent,
} from '@punctual/contracts';

/** Any event of the product; its `type` says which. */
export type PassingEvent = ScheduleEvent | ReminderEvent | PayoutEvent;

export type EventLog = {
  /** What has passed since the log was opened, oldest first. */
  readonly seen: readonly PassingEvent[];
  /** What should not pass: dead letters, and messages that are not what the contracts say. */
  readonly faults: readonly string[];
  /**
   * The first event that matches, if it has passed already or when it passes. Rejects with the
   * signal's reason.
   */
  next(matches: (event: PassingEvent) => boolean, signal: AbortSignal): Promise<PassingEvent>;
  close(): Promise<void>;
};

export type EventLogOptions = {
  natsUrl: string;
  /** Called with each event as it passes. */
  onEvent?: (event: PassingEvent) => void;
};

/** Watches the events of the product live, as any subscriber may. */
export async function openEventLog(options: EventLogOptions): Promise<EventLog> {
  const connection = await connect({ servers: options.natsUrl, name: 'event log', maxReconnectAttempts: -1 });
  const seen: PassingEvent[] = [];
  const faults: string[] = [];
  const waiting = new Set<(event: PassingEvent) => void>();

  const note = (event: PassingEvent) => {
    seen.push(event);
    options.onEvent?.(event);
    for (const look of waiting) look(event);
  };
  const watch = (subject: string, read: (json: unknown) => PassingEvent | undefined) =>
    connection.subscribe(subject, {
      callback: (error, message) => {
        if (error) return void faults.push(`cannot watch ${subject}: ${error.message}`);
        try {
          const event = read(message.json());
          if (event) note(event);
        } catch (unreadable) {
          faults.push(`${message.subject} violates its contract: ${unreadable}`);
        }
      },
    });
  watch('schedule.>', readScheduleEvent);
  watch('reminder.>', readReminderEvent);
  watch('payout.>', readPayoutEvent);
  connection.subscribe('dlq.>', {
    callback: (_error, message) => void faults.push(`${message.subject}: ${message.headers?.get('Dlq-Reason')}`),
  });
  await connection.flush();

  return {
    seen,
    faults,
    next: async (matches, signal) => {
      const passed = seen.find(matches);
      if (passed) return passed;
      const { promise, resolve, reject } = Promise.withResolvers<PassingEvent>();
      const look = (event: PassingEvent) => matches(event) && resolve(event);
      const giveUp = () => reject(signal.reason);
      waiting.add(look);
      signal.addEventListener('abort', giveUp, { once: true });
      try {
        return await promise;
      } finally {
        waiting.delete(look);
        signal.removeEventListener('abort', giveUp);
      }
    },
    close: () => connection.close(),
  };
}
