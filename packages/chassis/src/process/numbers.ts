import { z } from 'zod';

/** What a setting accepts: whole numbers from `min` (1 unless given) to `max`. */
export type Bounds = { min?: number; max: number; default: number };

/**
 * A setting that is a whole number in decimal digits: `1e3`, `0x10` or ` 5 ` are more likely
 * mistakes. It always has an upper bound: beyond 2^31-1 ms a timer of Node fires at once, and a
 * date can overflow.
 */
export const count = (bounds: Bounds) => whole('a whole number', bounds);
export const durationMs = (bounds: Bounds) => whole('a whole number of milliseconds', bounds);
export const durationMinutes = (bounds: Bounds) => whole('a whole number of minutes', bounds);
export const durationHours = (bounds: Bounds) => whole('a whole number of hours', bounds);
export const durationDays = (bounds: Bounds) => whole('a whole number of days', bounds);

function whole(what: string, { min = 1, max, default: fallback }: Bounds) {
  const error = `must be ${what} from ${min} to ${max}, in decimal digits`;
  return z
    .string({ error })
    .regex(/^\d+$/, { error, abort: true })
    .transform(Number)
    .pipe(z.number({ error }).min(min, { error }).max(max, { error }))
    .default(fallback);
}
