import { DomainError } from '@punctual/chassis/domain';
import type { PayoutStatus, Role } from '@punctual/contracts';

/** What a person may ask of a payout. */
export type CommandName = 'approve' | 'block' | 'unblock' | 'mark-paid';

/** What moves a payout: a person's command, its assignment's events, the payment provider's answer, or a change of the account. */
export type Cause = CommandName | 'events' | 'payment' | 'account';

export type Edge = { from: PayoutStatus; to: PayoutStatus; causes: readonly Cause[] };

/** Every way that a payout may go after it was opened `PENDING`; what is not here cannot happen. `PAID` is final. */
export const edges: readonly Edge[] = [
  { from: 'PENDING', to: 'PENDING', causes: ['events'] },
  { from: 'PENDING', to: 'AWAITING_APPROVAL', causes: ['events'] },
  { from: 'AWAITING_APPROVAL', to: 'AWAITING_APPROVAL', causes: ['approve', 'account'] },
  { from: 'AWAITING_APPROVAL', to: 'APPROVED', causes: ['approve'] },
  { from: 'APPROVED', to: 'PAID', causes: ['mark-paid', 'payment'] },
  { from: 'APPROVED', to: 'AWAITING_APPROVAL', causes: ['account'] },
  { from: 'PENDING', to: 'BLOCKED', causes: ['events', 'block'] },
  { from: 'AWAITING_APPROVAL', to: 'BLOCKED', causes: ['events', 'block'] },
  { from: 'APPROVED', to: 'BLOCKED', causes: ['events', 'block', 'payment'] },
  { from: 'BLOCKED', to: 'BLOCKED', causes: ['events', 'block', 'unblock', 'account'] },
  { from: 'BLOCKED', to: 'PENDING', causes: ['unblock'] },
  { from: 'BLOCKED', to: 'AWAITING_APPROVAL', causes: ['unblock'] },
  { from: 'BLOCKED', to: 'APPROVED', causes: ['unblock'] },
];

/** The roles that may give a command; that nobody acts on a payout of their own is judged apart (`access.ts`). */
export const whoMay: Readonly<Record<CommandName, readonly Role[]>> = {
  approve: ['finance'],
  block: ['finance', 'ops'],
  unblock: ['finance'],
  'mark-paid': ['finance'],
};

/** @throws DomainError `invalid-transition` */
export function requireEdge(from: PayoutStatus, to: PayoutStatus, cause: Cause): void {
  const found = edges.some((edge) => edge.from === from && edge.to === to && edge.causes.includes(cause));
  if (!found)
    throw new DomainError('invalid-transition', `A payout that is ${from} does not become ${to} by ${cause}.`);
}
