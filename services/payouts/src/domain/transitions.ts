import { DomainError } from '@punctual/chassis/domain';
import type { PayoutStatus, Role } from '@punctual/contracts';

/** What a person may ask of a payout. */
export type CommandName = 'approve' | 'block' | 'unblock' | 'mark-paid';

/**
 * What moves a payout: a person's command, its assignment's events, the payment provider's answer, a
 * change of the account, or a restore, after which some events no longer hold.
 */
export type TransitionCause = CommandName | 'events' | 'payment' | 'account' | 'restore';

export type PayoutTransition = { from: PayoutStatus; to: PayoutStatus; causes: readonly TransitionCause[] };

/**
 * Every transition after a payout is opened `PENDING`. Nothing else can happen. `PAID` is final: after a
 * restore only its version rises.
 */
export const transitions: readonly PayoutTransition[] = [
  { from: 'PENDING', to: 'PENDING', causes: ['events', 'restore'] },
  { from: 'PENDING', to: 'AWAITING_APPROVAL', causes: ['events'] },
  { from: 'AWAITING_APPROVAL', to: 'AWAITING_APPROVAL', causes: ['approve', 'account', 'restore'] },
  { from: 'AWAITING_APPROVAL', to: 'APPROVED', causes: ['approve'] },
  { from: 'APPROVED', to: 'APPROVED', causes: ['restore'] },
  { from: 'APPROVED', to: 'PAID', causes: ['mark-paid', 'payment'] },
  { from: 'APPROVED', to: 'AWAITING_APPROVAL', causes: ['account'] },
  { from: 'PENDING', to: 'BLOCKED', causes: ['events', 'block', 'restore'] },
  { from: 'AWAITING_APPROVAL', to: 'BLOCKED', causes: ['events', 'block', 'restore'] },
  { from: 'APPROVED', to: 'BLOCKED', causes: ['events', 'block', 'payment', 'restore'] },
  { from: 'BLOCKED', to: 'BLOCKED', causes: ['events', 'block', 'unblock', 'account', 'restore'] },
  { from: 'BLOCKED', to: 'PENDING', causes: ['unblock', 'restore'] },
  { from: 'BLOCKED', to: 'AWAITING_APPROVAL', causes: ['unblock', 'restore'] },
  { from: 'BLOCKED', to: 'APPROVED', causes: ['unblock', 'restore'] },
  { from: 'PAID', to: 'PAID', causes: ['restore'] },
];

/** The roles that may give a command. `access.ts` also refuses people their own payouts. */
export const whoMay: Readonly<Record<CommandName, readonly Role[]>> = {
  approve: ['finance'],
  block: ['finance', 'ops'],
  unblock: ['finance'],
  'mark-paid': ['finance'],
};

/** @throws DomainError `invalid-transition` */
export function assertTransition(from: PayoutStatus, to: PayoutStatus, cause: TransitionCause): void {
  const found = transitions.some((each) => each.from === from && each.to === to && each.causes.includes(cause));
  if (!found) throw new DomainError('invalid-transition', `A payout that is ${from} cannot become ${to} by ${cause}.`);
}
