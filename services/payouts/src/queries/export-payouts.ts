import { Readable } from 'node:stream';
import type { Caller } from '@punctual/chassis';
import type { Database } from '@punctual/chassis/postgres';
import type { ListPayoutsQuery } from '@punctual/contracts';
import { requireOverseer } from '../domain/access.ts';
import { majorUnits } from '../domain/money.ts';
import type { Payout } from '../domain/payout.ts';
import { pagePayouts } from '../persistence/payouts.ts';
import { csvOf } from './csv.ts';
import { after, matching } from './list-payouts.ts';

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
 * All payouts of a query as CSV, the newest first, for accounting. Read a page at a time as fast as the client takes them.
 * @throws DomainError `forbidden`
 */
export function exportPayouts({ database }: { database: Database }, caller: Caller, query: ListPayoutsQuery): Readable {
  requireOverseer(caller);
  const rows = Readable.from(payoutsOf(database, query));
  const csv = csvOf(columns);
  rows.on('error', (error) => csv.destroy(error));
  csv.on('close', () => rows.destroy());
  return rows.pipe(csv);
}

async function* payoutsOf(database: Database, query: ListPayoutsQuery) {
  const pageSize = 500;
  let where = matching(query);
  for (;;) {
    const page = await pagePayouts(database.fork(), where, pageSize);
    for (const payout of page) yield toRecord(payout);
    const last = page.at(-1);
    if (!last || page.length < pageSize) return;
    where = { ...matching(query), ...after(last) };
  }
}

function toRecord({
  amount,
  approvals,
  paidAt,
  createdAt,
  ...payout
}: Payout): Record<(typeof columns)[number], unknown> {
  const { id, assignmentId, jobId, providerId, customerId, status, paymentReference } = payout;
  return {
    ...{ id, assignmentId, jobId, providerId, customerId, status, paymentReference },
    ...amount,
    amount: majorUnits(amount),
    approvedBy: approvals.map(({ by }) => by).join(' '),
    paidAt: paidAt?.toISOString(),
    createdAt: createdAt.toISOString(),
  };
}
