import { z } from 'zod';

/**
 * RFC 3339 with an offset or `Z`. Impossible dates, second 60, hour 24 and five-digit years are
 * refused.
 */
export const dateTimeWithOffset = z.iso.datetime({ offset: true }).meta({ pattern: undefined });

/** The same, or without an offset: then it is a local time, and the zone is said elsewhere. */
export const dateTimeWithOrWithoutOffset = z.iso
  .datetime({ offset: true, local: true, error: 'a date and time, with or without an offset' })
  .overwrite(cutToMilliseconds)
  .meta({
    // JSON Schema's `date-time` demands an offset, so that here only the pattern can say what is
    // allowed.
    format: undefined,
    pattern: z.regexes.datetime({ offset: true, local: true }).source.replaceAll('\\d', '[0-9]'),
    description: 'Without an offset, a local time in the time zone. Truncated to milliseconds.',
    examples: ['2026-12-01T10:00:00+01:00', '2026-12-01T10:00:00'],
  });

/** An instant as a client may write it in a query, brought to UTC with milliseconds. */
export const instantParameter = dateTimeWithOffset
  .transform((text) => new Date(cutToMilliseconds(text)).toISOString())
  // An offset may lead out of the years of four digits, and a store takes no year 0.
  .refine((text) => /^(?!0000)[0-9]{4}-/.test(text), 'a year from 0001 to 9999');

function cutToMilliseconds(text: string): string {
  return text.replace(/(\.[0-9]{3})[0-9]+/, '$1');
}
