import type { Assignment, Client } from '@punctual/client';
import { ProblemError } from '@punctual/client';
import type { DisputeKind } from '@punctual/contracts';
import { type AssignmentAct, assignmentActs, type Result } from '../audit/messages.ts';
import { explainError } from '../html/explain-error.ts';
import { endOf, inWords } from '../html/words.ts';

/** What each act is called on a button. */
export const assignmentActNames: Readonly<Record<AssignmentAct, string>> = {
  propose: 'Propose a window',
  cancel: 'Cancel',
  complete: 'Complete',
  dispute: 'Dispute',
};

/** One act on an assignment. */
export type AssignmentOrder = {
  act: AssignmentAct;
  /** The assignment as the person saw it. */
  seen: { id: string; jobId: string; version: number };
  reason: string;
  kind: DisputeKind;
  /** A proposed window, local to the assignment. */
  window: ProposedWindow;
  /** The same for a form that is sent again. */
  attempt: string;
};
export type ProposedWindow = { start: string; end: string };

/** What the API lets this person do now. */
export function actsOn({ actions }: Assignment): AssignmentAct[] {
  return assignmentActs.filter((act) => actions.some(({ name, allowed }) => name === act && allowed));
}

/** Acts on an assignment as long as it is as the person saw it. Never throws: the result says what happened. */
export async function actOnAssignment(api: Client, order: AssignmentOrder): Promise<Result> {
  const { id } = order.seen;
  // Not its title, which the audit would keep.
  const subject = { text: `Assignment ${endOf(id)}`, href: `/assignments/${id}` };
  try {
    const assignment = await send(api, order);
    return { ...subject, done: true, sentence: `${inWords(assignment.status)}.` };
  } catch (error) {
    return { ...subject, done: false, sentence: `Not done: ${reasonOf(error)}` };
  }
}

async function send(api: Client, { act, seen, reason, kind, window, attempt }: AssignmentOrder): Promise<Assignment> {
  const common = { params: { id: seen.id }, ifMatch: seen.version, idempotencyKey: attempt };
  switch (act) {
    case 'propose': {
      await api.proposeForJob({ ...common, params: { id: seen.jobId }, body: window });
      return api.getAssignment({ params: { id: seen.id } });
    }
    case 'cancel':
      return api.cancelAssignment({ ...common, body: { reason } });
    case 'complete':
      return api.completeAssignment(common);
    case 'dispute':
      return api.disputeAssignment({ ...common, body: { kind, reason } });
  }
}

function reasonOf(error: unknown): string {
  const current = error instanceof ProblemError ? error.problem.currentAssignment : undefined;
  if (current && error instanceof ProblemError && error.code === 'precondition-failed') {
    return `someone else changed it since you opened the page. It is now ${inWords(current.status).toLowerCase()}.`;
  }
  return explainError(error, '').sentence;
}
