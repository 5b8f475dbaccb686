import { Readable } from 'node:stream';
import type { Caller } from '@punctual/chassis';
import { formatInstant } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { ListPayoutsQuery, PayoutSort } from '@punctual/contracts';
import { majorUnits } from '../domain/money.ts';
import type { PayoutState } from '../domain/payout.ts';
import type { PayoutFilter } from '../persistence/payout-pages.ts';
import { csvOf } from './csv.ts';
import { readPage, visibleFilter } from './list-payouts.ts';
import { type ListPosition, positionOf } from './list-position.ts';

const columns = [
  'id',
  'assignmentId',
  'jobId',
  'providerId',
  'customerId',
  'status',
  'currency',
  'amountMinor',
  'amount',
  'approvedBy',
  'paidAt',
  'paymentReference',
  'createdAt',
] as const;

/**
 * Streams all payouts of a query as CSV, in its order, for accounting. Pages are read as fast as
 * the client takes them.
 * @throws DomainError `forbidden`
 */
export function exportPayouts({ database }: { database: Database }, caller: Caller, query: ListPayoutsQuery): Readable {
  const rows = Readable.from(payoutsOf(database, visibleFilter(caller, query), query.sort));
  const csv = csvOf(columns);
  rows.on('error', (error) => csv.destroy(error));
  csv.on('close', () => rows.destroy());
  return rows.pipe(csv);
}

async function* payoutsOf(database: Database, filter: PayoutFilter, sort: PayoutSort) {
  const limit = 500;
  for (let after: ListPosition | undefined; ; ) {
    const page = await readPage(database, filter, sort, { after, limit });
    for (const { payout } of page) yield toRecord(payout);
    const last = page.at(-1);
    if (!last || page.length < limit) return;
    after = positionOf(sort, last);
  }
}

function toRecord({
  amount,
  approvals,
  paidAt,
  createdAt,
  ...payout
}: PayoutState): Record<(typeof columns)[number], unknown> {
  const { id, assignmentId, jobId, providerId, customerId, status, paymentReference } = payout;
  return {
    ...{ id, assignmentId, jobId, providerId, customerId, status, paymentReference },
    ...amount,
    amount: majorUnits(amount),
    approvedBy: approvals.map(({ by }) => by).join(' '),
    paidAt: paidAt && formatInstant(paidAt),
    createdAt: formatInstant(createdAt),
  };
}
