import { z } from 'zod';
import { DomainError } from '../domain/domain-error.ts';

/**
 * Encodes a position in a list as opaque text. Parts contain no blanks; the first one names the
 * list, so that a cursor of another list is refused.
 */
export function toCursor(...parts: readonly [string, ...(string | number)[]]): string {
  return Buffer.from(parts.join(' ')).toString('base64url');
}

/**
 * Decodes a cursor.
 * @param schema of its parts, which are texts
 * @throws DomainError `validation-failed` for text that {@link toCursor} did not make
 */
export function fromCursor<T>(cursor: string, schema: z.ZodType<T>): T {
  const text = Buffer.from(cursor, 'base64url').toString();
  const place = schema.safeParse(text.split(' '));
  if (place.success && Buffer.from(text).toString('base64url') === cursor) return place.data;
  throw new DomainError('validation-failed', 'The cursor does not belong to this list.', {
    errors: [{ path: '/cursor', message: 'is not a cursor of this list' }],
  });
}

/**
 * The version behind which a page of a timeline begins: -1 for the first page.
 * @param list the id of what the timeline is of
 * @throws DomainError `validation-failed`
 */
export function versionAfter(list: string, cursor: string | undefined): number {
  if (cursor === undefined) return -1;
  return fromCursor(cursor, z.tuple([z.literal(list), Digits]))[1];
}

const Digits = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,8})$/)
  .transform(Number);
