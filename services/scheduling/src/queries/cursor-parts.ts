import { createHash } from 'node:crypto';
import { Instant } from '@punctual/contracts';

/** The time in a cursor. PostgreSQL takes no year 0. */
export const CursorTime = Instant.refine((text) => !text.startsWith('0000'));

/**
 * A digest of what selects and sorts a list, to tie a cursor to it: the same for the same filters in
 * another order.
 */
export function digestOf(list: Readonly<Record<string, unknown>>): string {
  const filters = Object.entries(list)
    .map(([name, value]) => [name, Array.isArray(value) ? [...new Set(value)].toSorted() : value])
    .toSorted();
  return createHash('sha256').update(JSON.stringify(filters)).digest('base64url').slice(0, 16);
}
