import { z } from 'zod';

// Neither control characters (newline and tab may stay) nor half a surrogate pair: PostgreSQL's jsonb takes neither.
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is there to refuse them
const writable = /^[^\u0000-\u0008\u000B-\u001F\u007F-\u009F\uD800-\uDFFF]*$/u;

/** Text of people: at most `max` characters (code points, as JSON Schema counts them), none of them a control character. */
export const text = (max: number) =>
  z
    .string()
    .regex(writable, 'no control characters other than newline and tab')
    .refine((value) => value.length <= max || [...value].length <= max, `at most ${max} characters`)
    .meta({ maxLength: max });

/** Text that says something: as `text`, and not blank. */
export const requiredText = (max: number) =>
  text(max)
    .refine((value) => value.trim() !== '', 'must not be blank')
    .meta({ minLength: 1, maxLength: max });

/** Text that may be absent; a blank one counts as absent. */
export const optionalText = (max: number) =>
  text(max)
    .optional()
    .transform((value) => (value?.trim() ? value : undefined));
