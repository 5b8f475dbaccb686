import { isMeanwhile } from '../stack/loss.ts';
import type { ObservedState } from './state.ts';

/**
 * The changes of payouts that have no event since their database was repaired: each event has the whole
 * payout, so the one of the repair says what all changes since the restore have made of it. With the
 * assignment as the aggregate, as in events.
 */
export function findRepaired({ payouts, losses }: ObservedState): { aggregate: string; version: number }[] {
  const assignmentOf = new Map(payouts.payouts.map(({ id, assignmentId }) => [id, assignmentId]));
  const hasEvent = new Set(payouts.outbox.map((row) => `${row.aggregateId} ${row.aggregateVersion}`));
  const latest = new Map(payouts.timeline.map(({ id, version }) => [id, version]));
  return payouts.timeline
    .filter(({ id, version, at }) => isMeanwhile(losses, 'payout', at) && version < (latest.get(id) ?? 0))
    .map(({ id, version }) => ({ aggregate: assignmentOf.get(id) ?? id, version }))
    .filter(({ aggregate, version }) => !hasEvent.has(`${aggregate} ${version}`));
}
