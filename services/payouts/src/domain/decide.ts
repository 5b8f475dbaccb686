import { DomainError, formatInstant } from '@punctual/chassis/domain';
import type * as contract from '@punctual/contracts';
import type { Uuid } from '@punctual/contracts';
import { areOutdated, noApprovals } from './approvals.ts';
import type { AssignmentView } from './assignment-view.ts';
import type { Payment } from './attempt.ts';
import { standing } from './follow-assignment.ts';
import { addHolds, type HoldState, isEnd, liftHolds, openHolds } from './holds.ts';
import { approvalStatus, move, type PayoutState } from './payout.ts';

/**
 * What a person's command is judged on. `accountVersion` is the current version of the provider's
 * account, 0 without one.
 */
export type PayoutSituation = {
  payout: PayoutState;
  view: AssignmentView;
  accountVersion: number;
  now: Temporal.Instant;
};

/**
 * Adds one person's approval. The last one needed makes the payout `APPROVED`. Approvals for an
 * earlier account no longer count.
 * @throws DomainError `already-approved` for a second approval by the same person, whatever the
 * status
 */
export function approve({ payout, accountVersion, now }: PayoutSituation, by: Uuid): PayoutState {
  const earlier = areOutdated(payout, accountVersion) ? [] : payout.approvals;
  if (earlier.some((approval) => approval.by === by)) {
    throw new DomainError('already-approved', 'You have already approved this payout. Another person must approve it.');
  }
  const approvals = [...earlier, { by, at: formatInstant(now) }];
  return move(payout, 'approve', approvalStatus({ ...payout, approvals }), { approvals, accountVersion }, now);
}

/** Adds a hold with a person's reason to an unpaid payout. */
export function block(
  { payout, now }: PayoutSituation,
  hold: Pick<HoldState, 'id' | 'reason'> & { by: Uuid },
): PayoutState {
  return stop(payout, 'block', { kind: 'MANUAL', ...hold, at: formatInstant(now) }, now);
}

/**
 * Lifts holds. With none left, the payout continues where its assignment is by now. Earlier
 * approvals still count, unless a dispute was lifted.
 * @param ids when undefined all open holds, but another person's `MANUAL` ones only when nothing
 * else stops the payout, so that settling a dispute does not lift a fraud block as a side effect
 * @throws DomainError `invalid-transition` for an unknown hold, and for the end of the assignment
 */
export function unblock(
  { payout, view, now }: PayoutSituation,
  { ids, by }: { ids: readonly Uuid[] | undefined; by: Uuid },
): PayoutState {
  const lifted = ids ? ids.map((id) => requireOpen(payout, id)) : liftedUnnamed(payout, by);
  const end = lifted.find(isEnd);
  if (end) throw new DomainError('invalid-transition', `Nothing is owed: the assignment was ${end.reason}.`);

  const holds = liftHolds(payout.holds, new Set(lifted.map(({ id }) => id)), by, now);
  const fields = { holds, ...(lifted.some(({ kind }) => kind === 'DISPUTE') && noApprovals) };
  if (openHolds(holds).length > 0) return move(payout, 'unblock', 'BLOCKED', fields, now);
  const { status, onHold } = standing({ ...payout, ...fields }, view);
  return move(payout, 'unblock', status, { ...fields, onHold }, now);
}

/** Records that a person has paid it by hand. */
export function markPaid({ payout, now }: PayoutSituation, reference: string): PayoutState {
  return pay(payout, 'mark-paid', { reference, paidTo: null }, now);
}

/** The payment provider says that the money has moved. */
export function settlePaid(payout: PayoutState, payment: Payment, now: Temporal.Instant): PayoutState {
  return pay(payout, 'payment', payment, now);
}

/**
 * The payment failed, or its result is unknown: a person must look at it. Approvals for an earlier
 * account are taken back, since the attempt that they were for is over.
 */
export function blockPayment(
  payout: PayoutState,
  hold: Pick<HoldState, 'id' | 'reason'> & { kind: 'PAYMENT' | 'ACCOUNT' },
  { accountVersion, now }: Pick<PayoutSituation, 'accountVersion' | 'now'>,
): PayoutState {
  const current = areOutdated(payout, accountVersion) ? { ...payout, ...noApprovals } : payout;
  return stop(current, 'payment', { ...hold, by: null, at: formatInstant(now) }, now);
}

function stop(
  payout: PayoutState,
  cause: 'block' | 'payment',
  hold: contract.Hold,
  now: Temporal.Instant,
): PayoutState {
  return move(payout, cause, 'BLOCKED', { holds: addHolds(payout.holds, [hold]) }, now);
}

function pay(
  payout: PayoutState,
  cause: 'mark-paid' | 'payment',
  { reference, paidTo }: Payment,
  now: Temporal.Instant,
): PayoutState {
  return move(payout, cause, 'PAID', { paidAt: now, paymentReference: reference, paidTo }, now);
}

function liftedUnnamed({ holds }: PayoutState, by: Uuid): HoldState[] {
  const open = openHolds(holds);
  const knowing = open.filter((hold) => hold.kind !== 'MANUAL' || hold.by === by);
  return knowing.length > 0 ? knowing : open;
}

function requireOpen({ holds }: PayoutState, id: Uuid): HoldState {
  const hold = openHolds(holds).find((each) => each.id === id);
  if (!hold) throw new DomainError('invalid-transition', `No hold ${id} stops this payout.`);
  return hold;
}
