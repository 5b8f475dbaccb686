import type { Decision } from '../domain/decide.ts';
import { rejectWindow as decideRejectWindow } from '../domain/reject-window.ts';
import type { Rejection } from '../domain/rejection.ts';
import type { AssignmentContext } from './assignment-command.ts';
import { findNextProposal } from './find-next-proposal.ts';
import { refuseTakenWindow } from './refuse-taken-window.ts';

/** Turns the window down, and may propose another one in its place. */
export async function rejectWindow({
  situation,
  body,
  transaction,
  deps,
}: AssignmentContext<Rejection>): Promise<Decision> {
  if (!body.counter) return decideRejectWindow({ ...situation, nextProposalAt: null }, body);
  const nextProposalAt = await findNextProposal(transaction, deps.limits, situation);
  const decision = decideRejectWindow({ ...situation, nextProposalAt }, body);
  await refuseTakenWindow(transaction, situation, decision);
  return decision;
}
