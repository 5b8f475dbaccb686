import type { Assignment, Payout, Reminder } from '@punctual/client';
import type { AssignmentAct } from '../audit/messages.ts';
import { formatMoney } from '../html/money.ts';
import { counted, inWords } from '../html/words.ts';

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
          ? 'Customer and provider see the proposed window, and either can confirm it.'
          : `It replaces the ${inWords(assignment.status).toLowerCase()} window. Customer and provider see it, and either can confirm it.`,
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
