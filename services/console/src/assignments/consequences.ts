import type { Assignment, Payout, Reminder } from '@punctual/client';
import { formatMoney } from '../html/money.ts';
import { counted, inWords } from '../html/words.ts';
import type { AssignmentAct } from './acts.ts';

type Known = { assignment: Assignment; payout: Payout | undefined; reminders: readonly Reminder[] };

/** What an act will do, in sentences, for the person who is about to act. */
export function consequencesOf(act: AssignmentAct, { assignment, payout, reminders }: Known): string[] {
  const planned = reminders.filter(({ state }) => state === 'PLANNED').length;
  const suppressed = planned > 0 ? [`${counted(planned, 'planned reminder')} will not be sent.`] : [];
  const paid = payout && { amount: formatMoney(payout.amount), isPaid: payout.status === 'PAID' };
  switch (act) {
    case 'propose':
      return [
        assignment.status === 'UNSCHEDULED'
          ? 'Customer and provider are told of the window, and either of them may confirm it.'
          : `The window takes the place of the one that is ${inWords(assignment.status).toLowerCase()}. Customer and provider are told of it, and either may confirm it.`,
        ...suppressed,
        ...(paid && !paid.isPaid ? [`The payout of ${paid.amount} waits until the window is confirmed.`] : []),
      ];
    case 'cancel':
      return [
        'The assignment and its job end. This cannot be undone.',
        ...suppressed,
        ...(paid
          ? [paid.isPaid ? `${paid.amount} were paid already and stay paid.` : `${paid.amount} will not be paid.`]
          : []),
      ];
    case 'complete':
      return [`The payout${paid ? ` of ${paid.amount}` : ''} then waits for approval.`, ...suppressed];
    case 'dispute':
      return [
        'The assignment stays as it is. Ops may dispute it once.',
        ...suppressed,
        ...(paid
          ? [
              paid.isPaid
                ? `${paid.amount} were paid already and stay paid.`
                : `The payout of ${paid.amount} is blocked until finance lifts the hold.`,
            ]
          : []),
      ];
  }
}
