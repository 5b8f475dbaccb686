import { z } from 'zod';

/** RFC 3339 with an offset or `Z`. Impossible dates, second 60, hour 24 and five-digit years are refused. */
export const dateTimeWithOffset = z.iso.datetime({ offset: true });

/** The same, and without an offset: then it is a local time, and the zone is said elsewhere. */
export const dateTimeWithOrWithoutOffset = z.iso
  .datetime({ offset: true, local: true, error: 'a date and time, with or without an offset' })
  .meta({
    // JSON Schema's `date-time` demands an offset; the pattern alone says what is allowed here.
    override: { format: undefined },
    description: 'Without an offset it is a local time of the zone. More than milliseconds are cut off.',
    examples: ['2026-12-01T10:00:00+01:00', '2026-12-01T10:00'],
  });

/** An instant as a client may write it (any offset, any fraction), brought to UTC with milliseconds. */
export const instantParameter = dateTimeWithOffset
  .transform((text) => new Date(text).toISOString())
  // Turning to UTC may leave the years of four digits; no store takes what lies outside.
  .refine((text) => /^(?!0000)\d{4}-/.test(text), 'a year from 0001 to 9999');
