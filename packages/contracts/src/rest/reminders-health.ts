import { z } from 'zod';
import { Instant } from '../scalars.ts';

const Health = z.enum(['ok', 'degraded', 'down']).meta({ id: 'Health' });
const count = z.int().min(0).nullable();

/** How well reminders keeps up. What cannot be known while the store is away is null. */
export const RemindersHealth = z
  .strictObject({
    status: Health,
    checks: z.strictObject({ store: Health, broker: Health, scheduler: Health }),
    schedulerLagMs: count,
    oldestDueMs: count,
    due: count,
    planned: count,
    overdue: count,
    lastDispatchAt: Instant.nullable(),
    clockSkewMs: z.int().nullable(),
  })
  .meta({
    id: 'RemindersHealth',
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
