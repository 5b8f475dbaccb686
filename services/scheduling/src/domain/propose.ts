import { DomainError } from '@punctual/chassis/domain';
import type { AssignmentState } from './assignment.ts';
import { type AcceptedChange, change, sideOf } from './change.ts';
import { type AssignmentSituation, type Decision, decide } from './decide.ts';
import { readWindow, type WantedWindow } from './wanted-window.ts';

export type Proposal = WantedWindow & { notes?: string | undefined };

export type ProposalSituation = AssignmentSituation & {
  /** When the acting side may propose again, after too many proposals within an hour; null: now. */
  readonly nextProposalAt: Temporal.Instant | null;
};

/**
 * Proposes a window, or another one in place of what is proposed or confirmed. Whether the provider
 * has time is judged after this: it is the last of the rules, and reads other assignments.
 * @throws DomainError `too-many-proposals`, and the codes of {@link readWindow}
 */
export function propose(situation: ProposalSituation, wanted: Proposal): Decision {
  return decide(situation, 'propose', (assignment) => {
    requireFewProposals(situation);
    return { changes: [proposed(assignment, wanted, situation)] };
  });
}

/** @throws DomainError `too-many-proposals` */
export function requireFewProposals({ nextProposalAt, now }: ProposalSituation): void {
  if (nextProposalAt === null) return;
  const retryAfterS = Math.max(1, Math.ceil(now.until(nextProposalAt).total('seconds')));
  const detail = 'Your side has made too many proposals for this assignment within an hour.';
  throw new DomainError('too-many-proposals', detail, {}, retryAfterS);
}

/**
 * The change that a proposal makes.
 * @throws DomainError with the codes of {@link readWindow}
 */
export function proposed(
  assignment: AssignmentState,
  wanted: Proposal,
  { acting, now, rules }: Pick<AssignmentSituation, 'acting' | 'now' | 'rules'>,
): AcceptedChange {
  const { start, end } = readWindow(wanted, assignment.timezone, now, rules);
  const lastAnswer = now.add({ hours: rules.proposalTtlHours });
  return change(
    assignment,
    { type: 'schedule.proposed', actor: acting, at: now },
    {
      status: 'PROPOSED',
      scheduledStart: start,
      scheduledEnd: end,
      scheduleProposedBy: sideOf(acting.role),
      scheduleNotes: wanted.notes?.trim() ? wanted.notes : null,
      proposalExpiresAt: Temporal.Instant.compare(lastAnswer, start) < 0 ? lastAnswer : start,
      confirmedAt: null,
    },
  );
}
