import { z } from 'zod';
import { Interval } from '../scalars.ts';

/** When a provider has time: free intervals, oldest first. */
export const FreeWindows = z
  .strictObject({ items: z.array(Interval).describe('Free intervals, earliest first') })
  .meta({
    id: 'FreeWindows',
    description: 'When a provider has time',
    examples: [{ items: [{ start: '2026-12-01T11:00:00.000Z', end: '2026-12-02T08:00:00.000Z' }] }],
  });
export type FreeWindows = z.infer<typeof FreeWindows>;
