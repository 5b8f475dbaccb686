import { formatInstant } from '@punctual/chassis/domain';
import type { PayoutData, Uuid } from '@punctual/contracts';
import { addHolds, openHolds } from './holds.ts';
import { move, type PayoutState } from './payout.ts';

/** What the stream has of a payout that the restored database does not know. */
export type Restored = {
  /** Above all that consumers have seen. */
  version: number;
  /** The payout as it was last published. */
  latest: PayoutData;
  /** Of the hold for a payment that may have been made. */
  holdId: Uuid;
};

/**
 * Says again how a payout is, after a restore. What stopped it on the stream stops it again. One that
 * was approved there may have been paid, so a person must look first. One that was paid since the
 * restore stays so.
 */
export function restate(
  payout: PayoutState,
  { version, latest, holdId }: Restored,
  now: Temporal.Instant,
): PayoutState {
  const lifted = { ...payout, version: version - 1 };
  if (payout.status === 'PAID') return move(lifted, 'restore', 'PAID', {}, now);
  const known = new Set(payout.holds.map(({ id }) => id));
  const unknown = (latest.holds ?? []).filter(({ id }) => !known.has(id));
  const reason = 'It was approved after the backup from which payouts was restored. Was it paid?';
  const doubt = { id: holdId, kind: 'PAYMENT', reason, by: null, at: formatInstant(now) } as const;
  const holds = addHolds(payout.holds, [...unknown, ...(latest.status === 'APPROVED' ? [doubt] : [])]);
  const status = openHolds(holds).length > 0 ? 'BLOCKED' : payout.status;
  return move(lifted, 'restore', status, { holds, onHold: payout.onHold && status === 'PENDING' }, now);
}
