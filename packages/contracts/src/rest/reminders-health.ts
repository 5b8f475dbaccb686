import { z } from 'zod';
import { Instant } from '../scalars.ts';

const Health = z
  .enum(['ok', 'degraded', 'down'])
  .meta({ id: 'Health', description: '`degraded` works, but is behind' });
const count = z.int().min(0).nullable();

/** How well reminders keeps up. What cannot be known while the store is away is null. */
export const RemindersHealth = z
  .strictObject({
    status: Health.describe('The worst of the checks, or `degraded` when reminders are late'),
    checks: z
      .strictObject({
        store: Health.describe('The store of reminders'),
        broker: Health.describe('NATS'),
        scheduler: Health.describe('The clock that finds due reminders'),
      })
      .meta({ id: 'RemindersChecks', description: 'The parts that reminders needs' })
      .describe('State of each part that reminders needs'),
    schedulerLagMs: count.describe('How late the scheduler is, in milliseconds'),
    oldestDueMs: count.describe('Age of the oldest due reminder, in milliseconds'),
    due: count.describe('Number of due reminders'),
    planned: count.describe('Number of planned reminders'),
    overdue: count.describe('Number of overdue reminders'),
    lastDispatchAt: Instant.nullable().describe('When a reminder was last sent'),
    clockSkewMs: z
      .int()
      .nullable()
      .describe('Difference between the clocks of this process and its store, in milliseconds'),
  })
  .meta({
    id: 'RemindersHealth',
    description: 'How well reminders keep up. A value that cannot be read is null',
    examples: [
      {
        status: 'ok',
        checks: { store: 'ok', broker: 'ok', scheduler: 'ok' },
        schedulerLagMs: 120,
        oldestDueMs: 0,
        due: 0,
        planned: 42,
        overdue: 0,
        lastDispatchAt: '2026-11-30T09:00:00.412Z',
        clockSkewMs: 3,
      },
    ],
  });
export type RemindersHealth = z.infer<typeof RemindersHealth>;
