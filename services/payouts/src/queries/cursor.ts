import { DomainError } from '@punctual/chassis/domain';
import { Instant, Uuid } from '@punctual/contracts';
import { z } from 'zod';

/** The place of a row in a list that is ordered by creation. */
export type Place = { createdAt: Date; id: string };

/** PostgreSQL has no year 0. */
const Storable = Instant.refine((text) => !text.startsWith('0000-'));
const Written = z.tuple([Storable, Uuid]);

/** Makes a place into the opaque text that a client hands back for the next page. */
export function toCursor({ createdAt, id }: Place): string {
  return Buffer.from(`${createdAt.toISOString()} ${id}`).toString('base64url');
}

/** @throws DomainError `validation-failed` for what `toCursor` did not make */
export function fromCursor(cursor: string): Place {
  const written = Written.safeParse(Buffer.from(cursor, 'base64url').toString().split(' '));
  if (written.success) return { createdAt: new Date(written.data[0]), id: written.data[1] };
  throw new DomainError('validation-failed', 'The cursor is not one that this list gave.', {
    errors: [{ path: '/cursor', message: 'is not a cursor of this list' }],
  });
}
