import { DomainError } from '@punctual/chassis/domain';
import type { Assignment } from './assignment.ts';
import type { Acting } from './authorize.ts';
import { type Change, change, sideOf } from './change.ts';
import { readWindow, type WantedWindow, type WindowLimits } from './wanted-window.ts';

export type Propose = WantedWindow & { notes?: string | undefined };

/** A proposal waits for its answer for so long, and never beyond its own start (design §4.6). */
export type ProposalRules = WindowLimits & { proposalTtlHours: number };

/**
 * @param nextAt when the side may propose again; null: now
 * @throws DomainError `too-many-proposals`
 */
export function requireFewProposals(nextAt: Temporal.Instant | null, now: Temporal.Instant): void {
  if (nextAt === null) return;
  const retryAfterS = Math.max(1, Math.ceil(now.until(nextAt).total('seconds')));
  const detail = 'Your side has made too many proposals for this assignment within an hour.';
  throw new DomainError('too-many-proposals', detail, {}, retryAfterS);
}

/**
 * Proposes a window, or another one in place of what is proposed or confirmed. Whether the provider has time is judged
 * after this: it is the last of the rules, and takes a look at other assignments.
 * @throws DomainError with the codes of {@link readWindow}
 */
export function propose(
  assignment: Assignment,
  wanted: Propose,
  acting: Acting,
  now: Temporal.Instant,
  rules: ProposalRules,
): Change {
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
