import { z } from 'zod';

// Neither control characters (C0, DEL, C1) nor half a surrogate pair: PostgreSQL's jsonb takes
// neither.
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are there to be refused
const lines = /^[^\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u009F\uD800-\uDFFF]*$/u;
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are there to be refused
const oneLine = /^[^\u0000-\u0008\u000A-\u001F\u007F-\u009F\uD800-\uDFFF]*$/u;

/**
 * Text that people write, with line breaks: at most `max` characters (code points, as JSON Schema
 * counts them). CRLF and CR become LF and count as one.
 */
export const text = (max: number) => {
  const written = z
    .string()
    .regex(lines, { error: 'no control characters other than line breaks and tabs', abort: true })
    .overwrite((value) => value.replace(/\r\n?/g, '\n'));
  return atMost(max, written);
};

/** Text that says something: as {@link text}, and not blank. */
export const requiredText = (max: number) => notBlank(max, text(max));

/** Text that may be absent; a blank one counts as absent. */
export const optionalText = (max: number) =>
  text(max)
    .optional()
    .transform((value) => (value?.trim() ? value : undefined));

/** Text without line breaks, at most `max` characters. */
export const line = (max: number) => {
  const error = 'one line, without control characters other than tabs';
  return atMost(max, z.string().regex(oneLine, { error, abort: true }));
};

/** A title, a name or a reference: as {@link line}, and not blank. */
export const requiredLine = (max: number) => notBlank(max, line(max));

function atMost(max: number, schema: z.ZodString): z.ZodString {
  return schema
    .refine((value) => value.length <= max || [...value].length <= max, `at most ${max} characters`)
    .meta({ maxLength: max });
}

function notBlank(max: number, schema: z.ZodString): z.ZodString {
  return schema.refine((value) => value.trim() !== '', 'must not be blank').meta({ minLength: 1, maxLength: max });
}
