import { randomUUIDv7 } from 'node:crypto';
import { type FilterQuery, LockMode } from '@mikro-orm/core';
import type { EntityManager } from '@mikro-orm/postgresql';
import { currentTraceId, currentTraceparent, outboxInsert } from '@punctual/chassis';
import { type Actor, makeEvent } from '@punctual/contracts';
import type { Payout } from '../domain/payout.ts';
import { changedFields, toPayoutEvent } from '../domain/present.ts';
import { fromRow, PayoutRow, toRow } from './payout-row.ts';
import { PayoutTimelineRow } from './payout-timeline-row.ts';

export type PayoutKey = { id: string } | { assignmentId: string };

/** What the timeline tells of a change beside the fields. */
export type Change = { actor: Actor; source: 'API' | 'EVENT'; reason: string | null };

export async function findPayout(em: EntityManager, key: PayoutKey): Promise<Payout | null> {
  const row = await em.findOne(PayoutRow, key, { disableIdentityMap: true });
  return row && fromRow(row);
}

/** Reads a payout as it now is, and lets nobody else change it until the transaction ends. */
export async function lockPayout(em: EntityManager, key: PayoutKey): Promise<Payout | null> {
  const row = await em.findOne(PayoutRow, key, { disableIdentityMap: true, lockMode: LockMode.PESSIMISTIC_WRITE });
  return row && fromRow(row);
}

/** A page of payouts, the newest first. */
export async function pagePayouts(em: EntityManager, where: FilterQuery<PayoutRow>, limit: number): Promise<Payout[]> {
  const rows = await em.find(PayoutRow, where, {
    orderBy: { createdAt: 'desc', id: 'desc' },
    limit,
    disableIdentityMap: true,
  });
  return rows.map(fromRow);
}

/**
 * Writes one version of a payout with its timeline item and its event: all or nothing, with the transaction.
 * @param before the version that `after` was made from, locked; undefined when it is opened
 */
export async function savePayout(
  em: EntityManager,
  before: Payout | undefined,
  after: Payout,
  { actor, source, reason }: Change,
): Promise<void> {
  if (before) await updateRow(em, before, after);
  else await em.insert(PayoutRow, toRow(after));

  const { type, data } = toPayoutEvent(after);
  const { id: payoutId, assignmentId, version, updatedAt: at } = after;
  const traceId = currentTraceId() ?? null;
  const fields = changedFields(before, after);
  await em.insert(PayoutTimelineRow, { payoutId, version, type, actor, source, reason, ...fields, traceId, at });

  const traceparent = currentTraceparent();
  const event = makeEvent({
    id: randomUUIDv7(),
    type,
    time: at.toISOString(),
    sequence: version,
    assignmentId,
    data,
    ...(traceparent && { traceparent }),
  });
  await em.execute(...outboxInsert(event));
}

async function updateRow(em: EntityManager, before: Payout, after: Payout): Promise<void> {
  const updated = await em.nativeUpdate(PayoutRow, { id: before.id, version: before.version }, toRow(after));
  if (updated !== 1) throw new Error(`Payout ${before.id} is not at version ${before.version} although it was locked.`);
}
