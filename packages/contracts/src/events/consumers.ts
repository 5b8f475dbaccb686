import type { StreamName } from './streams.ts';

/** A durable consumer: its name in NATS, its stream, and the subjects of it that it reads. */
export type ConsumerContract = { durable: `${string}-${string}`; stream: StreamName; subjects: readonly string[] };

/** The durable consumers of Punctual's own services, each named `<service>-<what>`. */
export const consumers = {
  schedulingReminder: { durable: 'scheduling-reminder', stream: 'REMINDER', subjects: ['reminder.>'] },
  schedulingPayout: { durable: 'scheduling-payout', stream: 'PAYOUT', subjects: ['payout.>'] },
  remindersSchedule: { durable: 'reminders-schedule', stream: 'SCHEDULE', subjects: ['schedule.>'] },
  remindersPerson: { durable: 'reminders-person', stream: 'SCHEDULE', subjects: ['person.erased'] },
  payoutsSchedule: { durable: 'payouts-schedule', stream: 'SCHEDULE', subjects: ['schedule.>'] },
  payoutsPerson: { durable: 'payouts-person', stream: 'SCHEDULE', subjects: ['person.erased'] },
} as const satisfies Record<string, ConsumerContract>;

export type ConsumerName = (typeof consumers)[keyof typeof consumers]['durable'];
