import type { Database, Statement } from '@punctual/chassis/postgres';
import type { PayoutStatus, Uuid } from '@punctual/contracts';
import type { PayoutState } from '../domain/payout.ts';
import { type HoldColumns, holdsOfPayout, type PayoutColumns, payoutColumns, toListed } from './payout-columns.ts';

export type PayoutFilter = {
  /** Any of these; of every status without it. */
  statuses?: readonly PayoutStatus[] | undefined;
  assignmentId?: Uuid | undefined;
  providerId?: Uuid | undefined;
  /** Paid then or later. */
  from?: string | undefined;
  /** Paid before. */
  to?: string | undefined;
};

/** An order of payouts. Those of the same time follow by id, in the same direction. */
export type PayoutOrder = { by: 'created_at' | 'waiting_since'; direction: 'asc' | 'desc' };

/** A place in an order: that of one payout. */
export type PayoutPosition = { at: string; id: Uuid };

/** A payout, and since when it waits for approval: `infinity` if it does not. */
export type ListedPayout = { payout: PayoutState; waitingSince: string };

/**
 * The payouts that follow a position. Each status is read by itself, so that an index gives its
 * first ones in order, however many there are of it and of others.
 */
export async function pagePayouts(
  database: Pick<Database, 'query' | 'isMigrated'>,
  filter: PayoutFilter,
  { by, direction }: PayoutOrder,
  { after, limit }: { after?: PayoutPosition | undefined; limit: number },
): Promise<ListedPayout[]> {
  const compared = direction === 'asc' ? '>' : '<';
  const payouts = database.isMigrated() ? 'payout' : payoutsToFill;
  const order = `order by ${by} ${direction}, id ${direction} limit ${limit}`;
  const conditions: Statement[] = [
    ...conditionsOf(filter),
    ...(after ? [[`(${by}, id) ${compared} (?, ?)`, [after.at, after.id]] as const] : []),
  ];
  const parts = (filter.statuses ?? [undefined]).map((status): Statement => {
    const all: Statement[] = [...(status ? [['status = ?', [status]] as const] : []), ...conditions];
    const where = all.map(([sql]) => sql).join(' and ') || 'true';
    return [
      `(select ${payoutColumns}, waiting_since from ${payouts} where ${where} ${order})`,
      all.flatMap(([, parameters]) => parameters),
    ];
  });
  const rows = await database.query<Listed>(
    `select *, ${holdsOfPayout}
      from (${parts.map(([sql]) => sql).join(' union all ')}) as payout ${order}`,
    parts.flatMap(([, parameters]) => parameters),
  );
  return toListed(rows).map((payout, index) => ({ payout, waitingSince: rows[index]?.waiting_since ?? 'infinity' }));
}

/** All payouts, while `waiting_since` of those that waited before it was kept is being filled. */
const payoutsToFill = `(
  select ${payoutColumns}, case when status <> 'AWAITING_APPROVAL' or waiting_since <> 'infinity' then waiting_since
      else coalesce((select max(at) from payout_timeline item
        where item.payout_id = payout.id and item.after ->> 'status' = 'AWAITING_APPROVAL'), updated_at)
      end as waiting_since
    from payout) as payout`;

type Listed = PayoutColumns & { waiting_since: string; holds: HoldColumns[] };

function conditionsOf({ assignmentId, providerId, from, to }: PayoutFilter): Statement[] {
  return [
    ...(assignmentId ? [['assignment_id = ?', [assignmentId]] as const] : []),
    ...(providerId ? [['provider_id = ?', [providerId]] as const] : []),
    ...(from ? [['paid_at >= ?', [from]] as const] : []),
    // What was paid before was created before, which an index can use.
    ...(to ? [['paid_at < ? and created_at < ?', [to, to]] as const] : []),
  ];
}
