import { change, noWindow } from './change.ts';
import { type Decision, decide } from './decide.ts';
import { type ProposalSituation, proposed, requireFewProposals } from './propose.ts';
import { type Rejection, rejected, rejectedFields, requireReason } from './rejection.ts';

/**
 * Turns the window down, and with a counter-proposal puts another in its place (design §4.4).
 * @throws DomainError `too-many-proposals`, `reason-required`, and the codes of `readWindow`
 */
export function rejectWindow(situation: ProposalSituation, rejection: Rejection): Decision {
  const { acting, now } = situation;
  const { counter } = rejection;
  return decide(situation, 'rejectWindow', (assignment) => {
    if (counter) requireFewProposals(situation);
    requireReason(rejection, acting);
    const first = change(
      assignment,
      { ...rejected(rejection, acting, now), outcome: 'WINDOW_REJECTED' },
      { ...noWindow, ...rejectedFields(rejection, now), status: 'UNSCHEDULED' },
    );
    return { changes: counter ? [first, proposed(first.after, counter, situation)] : [first] };
  });
}
