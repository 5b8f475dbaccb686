import { DomainError } from '@punctual/chassis/domain';
import type * as contract from '@punctual/contracts';
import type { Uuid } from '@punctual/contracts';
import { areOutdated, noApprovals } from './approvals.ts';
import type { AssignmentView } from './assignment-view.ts';
import type { Payment } from './attempt.ts';
import { standing } from './follow-assignment.ts';
import { addHolds, type Hold, isEnd, liftHolds, openHolds } from './holds.ts';
import { approvalStatus, move, type Payout } from './payout.ts';

/** What a person's command is judged on; `accountVersion` is that of the provider's account now, 0 without one. */
export type Situation = { payout: Payout; view: AssignmentView; accountVersion: number; now: Date };

/**
 * Counts one person's approval; the last one needed makes it `APPROVED`. Approvals for an earlier account no longer count.
 * @throws DomainError `already-approved` for the same person a second time, whatever has become of the payout since
 */
export function approve({ payout, accountVersion, now }: Situation, by: Uuid): Payout {
  const earlier = areOutdated(payout, accountVersion) ? [] : payout.approvals;
  if (earlier.some((approval) => approval.by === by)) {
    throw new DomainError('already-approved', 'You have approved this payout already; another person has to.');
  }
  const approvals = [...earlier, { by, at: now.toISOString() }];
  return move(payout, 'approve', approvalStatus({ ...payout, approvals }), { approvals, accountVersion }, now);
}

/** Stops a payout that is not yet paid, for a person's reason, besides whatever stops it already. */
export function block({ payout, now }: Situation, hold: Pick<Hold, 'id' | 'reason'> & { by: Uuid }): Payout {
  return stop(payout, 'block', { kind: 'MANUAL', ...hold, at: now.toISOString() }, now);
}

/**
 * Lifts holds. When none is left the payout goes to where the events have brought it meanwhile; approvals given before still count,
 * unless a dispute was lifted.
 * @param ids when undefined all open holds, but another person's `MANUAL` ones only when nothing else stops the
 *   payout, so that settling a dispute does not lift a fraud block as a side effect
 * @throws DomainError `invalid-transition` for an unknown hold, and for the end of the assignment
 */
export function unblock(
  { payout, view, now }: Situation,
  { ids, by }: { ids: readonly Uuid[] | undefined; by: Uuid },
): Payout {
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
export function markPaid({ payout, now }: Situation, reference: string): Payout {
  return pay(payout, 'mark-paid', { reference, paidTo: null }, now);
}

/** The payment provider says that the money has moved. */
export function settlePaid(payout: Payout, payment: Payment, now: Date): Payout {
  return pay(payout, 'payment', payment, now);
}

/**
 * The payment did not go as it should, or nobody knows how it went: a person has to look. Approvals for an earlier account are taken
 * back, since the attempt that they were for is over.
 */
export function blockPayment(
  payout: Payout,
  hold: Pick<Hold, 'id' | 'reason'> & { kind: 'PAYMENT' | 'ACCOUNT' },
  { accountVersion, now }: Pick<Situation, 'accountVersion' | 'now'>,
): Payout {
  const current = areOutdated(payout, accountVersion) ? { ...payout, ...noApprovals } : payout;
  return stop(current, 'payment', { ...hold, by: null, at: now.toISOString() }, now);
}

function stop(payout: Payout, cause: 'block' | 'payment', hold: contract.Hold, now: Date): Payout {
  return move(payout, cause, 'BLOCKED', { holds: addHolds(payout.holds, [hold]) }, now);
}

function pay(payout: Payout, cause: 'mark-paid' | 'payment', { reference, paidTo }: Payment, now: Date): Payout {
  return move(payout, cause, 'PAID', { paidAt: now, paymentReference: reference, paidTo }, now);
}

function liftedUnnamed({ holds }: Payout, by: Uuid): Hold[] {
  const open = openHolds(holds);
  const knowing = open.filter((hold) => hold.kind !== 'MANUAL' || hold.by === by);
  return knowing.length > 0 ? knowing : open;
}

function requireOpen({ holds }: Payout, id: Uuid): Hold {
  const hold = openHolds(holds).find((each) => each.id === id);
  if (!hold) throw new DomainError('invalid-transition', `No hold ${id} stops this payout.`);
  return hold;
}
