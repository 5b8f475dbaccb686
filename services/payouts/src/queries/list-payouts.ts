import type { FilterQuery } from '@mikro-orm/core';
import type { Caller } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { ListPayoutsQuery, PayoutPage } from '@punctual/contracts';
import { requireOverseer } from '../domain/access.ts';
import { presentPayout } from '../domain/present.ts';
import type { PayoutRow } from '../persistence/payout-row.ts';
import { pagePayouts } from '../persistence/payouts.ts';
import { fromCursor, type Place, toCursor } from './cursor.ts';

/**
 * Payouts for finance and ops, the newest first.
 * @throws DomainError `forbidden`, `validation-failed` for a cursor that is none
 */
export async function listPayouts(
  { database }: { database: Database },
  caller: Caller,
  query: ListPayoutsQuery,
): Promise<PayoutPage> {
  requireOverseer(caller);
  const { limit, cursor } = query;
  const where = { ...matching(query), ...(cursor !== undefined && after(fromCursor(cursor))) };
  const found = await pagePayouts(database.fork(), where, limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(presentPayout), nextCursor: last && found.length > limit ? toCursor(last) : null };
}

/** What a query asks for, but for its page; `from` and `to` (exclusive) are about when it was paid. */
export function matching({ status, from, to }: ListPayoutsQuery): FilterQuery<PayoutRow> & object {
  const paidAt = { ...(from && { $gte: new Date(from) }), ...(to && { $lt: new Date(to) }) };
  return { ...(status && { status }), ...((from || to) && { paidAt }) };
}

/** The rows that follow a place. */
export function after({ createdAt, id }: Place) {
  return { createdAt: { $lte: createdAt }, $or: [{ createdAt: { $lt: createdAt } }, { id: { $lt: id } }] };
}
