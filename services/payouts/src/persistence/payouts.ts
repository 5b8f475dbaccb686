import { type FilterQuery, LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { currentTraceparent, outboxInsert } from '@punctual/chassis';
import type { Payout } from '../domain/payout.ts';
import { withHolds, writeHolds } from './payout-holds.ts';
import { PayoutRow, toRow } from './payout-row.ts';
import { PayoutTimelineRow } from './payout-timeline-row.ts';
import { type Change, payoutEvent, timelineItem } from './payout-version.ts';

export type PayoutKey = { id: string } | { assignmentId: string };

export async function findPayout(em: EntityManager, key: PayoutKey): Promise<Payout | null> {
  return oneWithHolds(em, await em.findOne(PayoutRow, key, { disableIdentityMap: true }));
}

/** Reads a payout as it now is, and lets nobody else change it until the transaction ends. */
export async function lockPayout(em: EntityManager, key: PayoutKey): Promise<Payout | null> {
  return oneWithHolds(
    em,
    await em.findOne(PayoutRow, key, { disableIdentityMap: true, lockMode: LockMode.PESSIMISTIC_WRITE }),
  );
}

/** Every unpaid payout of a provider, locked in the order in which events lock them. */
export async function lockUnpaid(em: EntityManager, providerId: string): Promise<Payout[]> {
  const rows = await em.find(
    PayoutRow,
    { providerId, status: { $ne: 'PAID' } },
    { disableIdentityMap: true, lockMode: LockMode.PESSIMISTIC_WRITE, orderBy: { assignmentId: 'asc' } },
  );
  return withHolds(em, rows);
}

/** A page of payouts, the newest first. */
export async function pagePayouts(em: EntityManager, where: FilterQuery<PayoutRow>, limit: number): Promise<Payout[]> {
  const rows = await em.find(PayoutRow, where, {
    orderBy: { createdAt: 'desc', id: 'desc' },
    limit,
    disableIdentityMap: true,
  });
  return withHolds(em, rows);
}

/**
 * Writes the next version of a payout with its timeline item and its event: all or nothing, with the transaction. Events open payouts
 * and move them by `writesOf`.
 * @param before the version that `after` was made from, locked
 */
export async function savePayout(em: EntityManager, before: Payout, after: Payout, change: Change): Promise<void> {
  const updated = await em.nativeUpdate(PayoutRow, { id: before.id, version: before.version }, toRow(after));
  if (updated !== 1) throw new Error(`Payout ${before.id} is not at version ${before.version} although it was locked.`);

  const traceparent = currentTraceparent();
  for (const [sql, parameters] of writeHolds([after])) await em.execute(sql, [...parameters]);
  await em.insert(PayoutTimelineRow, timelineItem(before, after, change, traceparent));
  await em.execute(...outboxInsert(payoutEvent(after, traceparent)));
}

async function oneWithHolds(em: EntityManager, row: PayoutRow | null): Promise<Payout | null> {
  return (row && (await withHolds(em, [row]))[0]) ?? null;
}
