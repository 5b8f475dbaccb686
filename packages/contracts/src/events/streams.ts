/** The JetStream streams, and the subjects that each one keeps. */
export const streams = {
  SCHEDULE: { subjects: ['schedule.>', 'person.>'] },
  REMINDER: { subjects: ['reminder.>'] },
  PAYOUT: { subjects: ['payout.>'] },
  DLQ: { subjects: ['dlq.>'] },
} as const;

export type StreamName = keyof typeof streams;
