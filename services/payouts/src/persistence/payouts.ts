import { type Queryable, type Statement, type Transaction, updateRows } from '@punctual/chassis/postgres';
import type { PayoutState } from '../domain/payout.ts';
import {
  type HoldColumns,
  holdsOfPayout,
  type PayoutColumns,
  type PayoutCondition,
  payoutColumns,
  selectHolds,
  selectPayouts,
  toListed,
  toPayouts,
} from './payout-columns.ts';

export type PayoutKey = { id: string } | { assignmentId: string };

/** The condition that a key stands for. */
export function byKey(key: PayoutKey): PayoutCondition {
  return 'id' in key ? ['id = ?', [key.id]] : ['assignment_id = ?', [key.assignmentId]];
}

export type WaitingColumns = { waiting_since: string };

/** Since when a payout waits for approval; no row when it does not, or when that is not filled yet. */
export function selectWaitingSince(id: string): Statement {
  return ["select waiting_since from payout where id = ? and waiting_since <> 'infinity'", [id]];
}

/** Finds a payout, without a lock. */
export async function findPayout(database: Queryable, key: PayoutKey): Promise<PayoutState | undefined> {
  const [condition, parameters] = byKey(key);
  const rows = await database.query<PayoutColumns & { holds: HoldColumns[] }>(
    `select ${payoutColumns}, ${holdsOfPayout} from payout where ${condition}`,
    parameters,
  );
  return toListed(rows)[0];
}

/**
 * Locks payouts until the transaction ends, in the order in which events lock them, and in the same
 * round trip runs statements that see what is behind the lock.
 */
export async function lockPayouts<Rows extends readonly object[][]>(
  transaction: Transaction,
  condition: PayoutCondition,
  reads: readonly Statement[],
): Promise<{ payouts: PayoutState[]; rows: Rows }> {
  const [select, parameters] = selectPayouts(condition);
  const lock: Statement = [`${select} order by assignment_id for update`, parameters];
  const [payouts, holds, ...rows] = await transaction.batch<[PayoutColumns[], HoldColumns[], ...object[][]]>([
    lock,
    selectHolds(condition),
    ...reads,
  ]);
  return { payouts: toPayouts(payouts, holds), rows: rows as unknown as Rows };
}

/**
 * The statements that give locked payouts, by assignment, a title without a new version. The payout
 * has its own copy, so that its lock makes an erasure wait for commands that publish it.
 */
export function saveTitles(titles: readonly { assignmentId: string; jobTitle: string | null }[]): Statement[] {
  return updateRows('payout', 'assignment_id', titles);
}
