import { type Caller, toCursor, versionAfter } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { PageQuery, PayoutAccountHistory } from '@punctual/contracts';
import { assertOverseer } from '../domain/access.ts';
import { readAccountHistory } from '../persistence/payout-accounts.ts';

/**
 * A page of the confirmed changes of a payout account, newest first, for finance and ops.
 * @throws DomainError `forbidden`, `validation-failed` for a cursor of another list
 */
export async function getPayoutAccountHistory(
  { database }: { database: Database },
  caller: Caller,
  { id, limit, cursor }: PageQuery & { id: string },
): Promise<PayoutAccountHistory> {
  assertOverseer(caller);
  const list = `${id}/payout-account`;
  const before = cursor === undefined ? undefined : versionAfter(list, cursor);
  const found = await readAccountHistory(database, id, { before, limit: limit + 1 });
  const items = found.slice(0, limit);
  const last = items.at(-1);
  return { items, nextCursor: last && found.length > limit ? toCursor(list, last.version) : null };
}
