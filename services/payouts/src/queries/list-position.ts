import { formatInstant, fromCursor, toCursor } from '@punctual/chassis';
import { Instant, type PayoutSort, Uuid } from '@punctual/contracts';
import { z } from 'zod';
import type { ListedPayout, PayoutPosition } from '../persistence/payout-pages.ts';

/** A list in the order `waitingSince` has two sections, any other has one. */
export type ListSection = 'all' | 'waiting' | 'others';

/** The place of a payout in a list. */
export type ListPosition = PayoutPosition & { section: ListSection };

/** What the cursors of a section begin with. `payouts` alone is what 1.0 writes. */
const names: Record<ListSection, (sort: PayoutSort) => string> = {
  all: (sort) => (sort === '-createdAt' ? 'payouts' : `payouts/${sort}`),
  waiting: (sort) => `payouts/${sort}/waiting`,
  others: (sort) => `payouts/${sort}/others`,
};

/** PostgreSQL has no year 0. */
const Storable = Instant.refine((text) => !text.startsWith('0000-'));

export function positionOf(sort: PayoutSort, { payout, waitingSince }: ListedPayout): ListPosition {
  const { id, status, createdAt } = payout;
  const isWaiting = sort === 'waitingSince' && status === 'AWAITING_APPROVAL';
  const section = isWaiting ? 'waiting' : sort === 'waitingSince' ? 'others' : 'all';
  return { section, at: formatInstant(isWaiting ? Temporal.Instant.from(waitingSince) : createdAt), id };
}

export function encodePosition(sort: PayoutSort, { section, at, id }: ListPosition): string {
  return toCursor(names[section](sort), at, id);
}

/** @throws DomainError `validation-failed` for a cursor of another list or order */
export function decodePosition(sort: PayoutSort, cursor: string): ListPosition {
  const sections: ListSection[] = sort === 'waitingSince' ? ['waiting', 'others'] : ['all'];
  const byName = new Map(sections.map((section) => [names[section](sort), section]));
  const [name, at, id] = fromCursor(cursor, z.tuple([z.enum([...byName.keys()]), Storable, Uuid]));
  return { section: byName.get(name) ?? 'all', at, id };
}
