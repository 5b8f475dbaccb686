import type { ScheduleBody } from '@punctual/contracts';
import type { Decision } from '../domain/decide.ts';
import { presentWindow } from '../domain/present.ts';
import { propose as decidePropose } from '../domain/propose.ts';
import { type AssignmentContext, assignmentCommand } from './assignment-command.ts';
import { findNextProposal } from './find-next-proposal.ts';
import { refuseTakenWindow } from './refuse-taken-window.ts';

/** Proposes a window as the provider, who knows the assignment. */
export const propose = assignmentCommand('propose', proposeWindow, { roles: ['provider'] });

/** Checks a window as the provider. Nothing is changed. */
export const checkForAssignment = assignmentCommand('propose', proposeWindow, {
  roles: ['provider'],
  preview: presentWindow,
});

/** The decision of a proposal, by the assignment or by its job. */
export async function proposeWindow({
  situation,
  body,
  transaction,
  deps,
}: AssignmentContext<ScheduleBody>): Promise<Decision> {
  const nextProposalAt = await findNextProposal(transaction, deps.limits, situation);
  const decision = decidePropose({ ...situation, nextProposalAt }, body);
  await refuseTakenWindow(transaction, situation, decision);
  return decision;
}
