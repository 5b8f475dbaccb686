import { fromCursor, toCursor } from '@punctual/chassis';
import { type ListAssignmentsQuery, Uuid } from '@punctual/contracts';
import { z } from 'zod';
import type { AssignmentOrder, Place } from '../persistence/page-assignments.ts';
import { CursorTime, digestOf } from './cursor-parts.ts';

/** What a cursor belongs to: the filters and the sort. */
export type AssignmentList = Omit<ListAssignmentsQuery, 'limit' | 'cursor'>;

const none = 'none';
const OptionalTime = z.union([CursorTime, z.literal(none).transform(() => null)]);

/** Encodes a place in a list as a cursor. */
export function placeCursor(list: AssignmentList, place: Place): string {
  return toCursor('assignments', digestOf(list), ...place.map((part) => part ?? none));
}

/**
 * What 1.0 wrote into cursors: the id alone, which begins with its time (version 7). It only listed
 * the newest first.
 */
const PlaceOf10 = z
  .tuple([z.literal('assignments'), Uuid])
  .transform(([, id]) => [new Date(Number.parseInt(id.replace('-', '').slice(0, 12), 16)).toISOString(), id])
  .pipe(z.tuple([CursorTime, Uuid]));

/** @throws DomainError `validation-failed` for a cursor of another list, filter or sort */
export function readPlace(cursor: string, list: AssignmentList, { key, descending }: AssignmentOrder): Place {
  const start = [z.literal('assignments'), z.literal(digestOf(list))] as const;
  const parts: z.ZodType<readonly [string, string, ...Place]> =
    key === 'start' ? z.tuple([...start, OptionalTime, OptionalTime, Uuid]) : z.tuple([...start, CursorTime, Uuid]);
  const place: z.ZodType<Place> = parts.transform(([, , ...rest]) => rest);
  return fromCursor(cursor, key === 'createdAt' && descending ? z.union([place, PlaceOf10]) : place);
}
