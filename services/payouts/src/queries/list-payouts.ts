import type { Caller } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import { type ListPayoutsQuery, type PayoutPage, type PayoutSort, PayoutStatus } from '@punctual/contracts';
import { assertMayList } from '../domain/access.ts';
import { presentPayout } from '../domain/present.ts';
import { type ListedPayout, type PayoutFilter, type PayoutOrder, pagePayouts } from '../persistence/payout-pages.ts';
import { decodePosition, encodePosition, type ListPosition, type ListSection, positionOf } from './list-position.ts';

/**
 * Returns a page of payouts: a provider's own, or those of all providers for finance and ops.
 * @throws DomainError `forbidden`, `validation-failed` for a cursor of another list or order
 */
export async function listPayouts(
  { database }: { database: Database },
  caller: Caller,
  query: ListPayoutsQuery,
): Promise<PayoutPage> {
  const filter = visibleFilter(caller, query);
  const { sort, limit, cursor } = query;
  const after = cursor === undefined ? undefined : decodePosition(sort, cursor);
  const found = await readPage(database, filter, sort, { after, limit: limit + 1 });
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return {
    items: page.map(({ payout }) => presentPayout(payout)),
    nextCursor: last && found.length > limit ? encodePosition(sort, positionOf(sort, last)) : null,
  };
}

/**
 * The filter of a query, narrowed to what the caller may see.
 * @throws DomainError `forbidden`
 */
export function visibleFilter(
  caller: Caller,
  { status: statuses, assignmentId, from, to, providerId }: ListPayoutsQuery,
): PayoutFilter {
  return {
    statuses: statuses && [...new Set(statuses)],
    assignmentId,
    from,
    to,
    providerId: assertMayList(caller, providerId),
  };
}

/** Reads the payouts that follow a position, in the order of a list. */
export async function readPage(
  database: Database,
  filter: PayoutFilter,
  sort: PayoutSort,
  { after, limit }: { after: ListPosition | undefined; limit: number },
): Promise<ListedPayout[]> {
  const found: ListedPayout[] = [];
  for (const { name, order, statuses } of sectionsOf(sort, filter.statuses)) {
    const isBehind = after?.section === 'others' && name === 'waiting';
    if (isBehind || statuses?.length === 0 || found.length === limit) continue;
    const position = after?.section === name ? after : undefined;
    const page = { after: position, limit: limit - found.length };
    found.push(...(await pagePayouts(database, { ...filter, statuses }, order, page)));
  }
  return found;
}

type Section = { name: ListSection; order: PayoutOrder; statuses: readonly PayoutStatus[] | undefined };

/** A list is read in one order, or in two: those that wait, and then the others. */
function sectionsOf(sort: PayoutSort, statuses: readonly PayoutStatus[] | undefined): Section[] {
  if (sort !== 'waitingSince') {
    const direction = sort === 'createdAt' ? 'asc' : 'desc';
    return [{ name: 'all', order: { by: 'created_at', direction }, statuses }];
  }
  const wanted = statuses ?? allStatuses;
  return [
    {
      name: 'waiting',
      order: { by: 'waiting_since', direction: 'asc' },
      statuses: wanted.filter((status) => status === waiting),
    },
    {
      name: 'others',
      order: { by: 'created_at', direction: 'desc' },
      statuses: wanted.filter((status) => status !== waiting),
    },
  ];
}

const waiting = 'AWAITING_APPROVAL';
const allStatuses = PayoutStatus.options;
