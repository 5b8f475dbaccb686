import type { Caller } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { ListPayoutsQuery, PayoutPage } from '@punctual/contracts';
import { requireOverseer } from '../domain/access.ts';
import { presentPayout } from '../domain/present.ts';
import { pagePayouts } from '../persistence/payouts.ts';
import { fromCursor, type Place, toCursor } from './cursor.ts';

/**
 * Payouts for finance and ops, the newest first.
 * @throws DomainError `forbidden`, `validation-failed` for a cursor that is none
 */
export async function listPayouts(
  { database }: { database: Database },
  caller: Caller,
  { status, limit, cursor }: ListPayoutsQuery,
): Promise<PayoutPage> {
  requireOverseer(caller);
  const where = { ...(status && { status }), ...(cursor !== undefined && after(fromCursor(cursor))) };
  const found = await pagePayouts(database.fork(), where, limit + 1);
  const page = found.slice(0, limit);
  const last = page.at(-1);
  return { items: page.map(presentPayout), nextCursor: last && found.length > limit ? toCursor(last) : null };
}

function after({ createdAt, id }: Place) {
  return { createdAt: { $lte: createdAt }, $or: [{ createdAt: { $lt: createdAt } }, { id: { $lt: id } }] };
}
