import type { EntityManager } from '@mikro-orm/postgresql';
import { insertRows, type Statement } from '@punctual/chassis/postgres';
import type { HoldKind } from '@punctual/contracts';
import { type Hold, inOrder } from '../domain/holds.ts';
import type { Payout } from '../domain/payout.ts';
import { fromRow, type PayoutRow } from './payout-row.ts';

type HoldRow = {
  payout_id: string;
  id: string;
  kind: HoldKind;
  reason: string;
  by: string | null;
  at: Date | string;
  lifted_by: string | null;
  lifted_at: Date | string | null;
};

/** Payouts with all their holds. Of locked rows, nobody else changes the holds until the transaction ends. */
export async function withHolds(em: EntityManager, rows: readonly PayoutRow[]): Promise<Payout[]> {
  if (rows.length === 0) return [];
  const ids = rows.map(({ id }) => id);
  const found = await em.execute<HoldRow[]>('select * from payout_hold where payout_id = any(?::uuid[])', [
    `{${ids.join()}}`,
  ]);
  const holds = Map.groupBy(found, ({ payout_id }) => payout_id);
  return rows.map((row) => fromRow(row, inOrder((holds.get(row.id) ?? []).map(toHold))));
}

/** Adds what is new, and lifts what was lifted; nothing else about a hold ever changes. */
export function writeHolds(payouts: readonly Payout[]): Statement[] {
  const rows = payouts.flatMap(({ id: payoutId, holds }) => holds.map((hold) => ({ payoutId, ...hold })));
  return insertRows(
    'payout_hold',
    rows,
    `on conflict (payout_id, id) do update set lifted_by = excluded.lifted_by, lifted_at = excluded.lifted_at
      where payout_hold.lifted_at is null and excluded.lifted_at is not null`,
  );
}

function toHold({ id, kind, reason, by, at, lifted_by: liftedBy, lifted_at }: HoldRow): Hold {
  return { id, kind, reason, by, at: toInstant(at), liftedBy, liftedAt: lifted_at && toInstant(lifted_at) };
}

function toInstant(time: Date | string): string {
  return new Date(time).toISOString();
}
