import type { Role } from '@punctual/contracts';
import type { Assignment, Job } from './assignment.ts';
import type { Acting } from './authorize.ts';
import type { Change } from './change.ts';
import { confirm } from './confirm.ts';
import { expire } from './expire.ts';
import { cancel, complete, type Dispute, dispute } from './finish.ts';
import { type ProposalRules, type Propose, propose, requireFewProposals } from './propose.ts';
import { type Reject, rejectWindow, releaseProvider, scopeOf } from './reject.ts';
import { requirePossible, type Transition } from './transitions.ts';

/** A command, parsed, from someone who may give it. */
export type Command =
  | { name: 'propose'; body: Propose }
  | { name: 'confirm' }
  | { name: 'reject'; body: Reject }
  | { name: 'cancel'; body: { reason: string } }
  | { name: 'complete' }
  | { name: 'dispute'; body: Dispute };

export type State = {
  readonly assignment: Assignment;
  /** Whom the job would invite if this provider were released. */
  readonly nextProviderId: string | null;
  /** The sides that have disputed it. */
  readonly disputedBy: readonly Role[];
  /** When the acting side may propose again, after too many proposals within an hour; null: now. */
  readonly nextProposalAt: Temporal.Instant | null;
};

export type Context = {
  readonly acting: Acting;
  readonly now: Temporal.Instant;
  readonly newId: () => string;
  readonly rules: ProposalRules;
};

/** What a command does: at least one change, in order, and what follows for the job. */
export type Decision = {
  readonly changes: readonly Change[];
  /** Present when the job changes too. */
  readonly job?: Partial<Pick<Job, 'status' | 'currentAssignmentId'>>;
  /** The assignment of the next provider, when one is invited. */
  readonly next?: Assignment;
};

/**
 * Judges a command by the state machine, then by its own rules. A proposal that has run out is expired first, by the
 * system and in a version of its own, so that its end is told whoever comes first, the sweep or the next command.
 * @throws DomainError `invalid-transition`, `visit-started`, `too-many-proposals`, then the codes of the command's rules
 */
export function decide(state: State, command: Command, context: Context): Decision {
  const { acting, now } = context;
  const wish = { role: acting.role, now, disputedBy: state.disputedBy };
  requirePossible(state.assignment, transitionOf(command, acting), wish);
  if (proposes(command)) requireFewProposals(state.nextProposalAt, now);
  const expired = expire(state.assignment, now);
  if (!expired) return apply(state, command, context);
  const decision = apply({ ...state, assignment: expired.after }, command, context);
  return { ...decision, changes: [expired, ...decision.changes] };
}

/** Whether the command proposes a window, by itself or as a counter. */
export function proposes(command: Command): boolean {
  return command.name === 'propose' || (command.name === 'reject' && command.body.counter !== undefined);
}

function transitionOf(command: Command, acting: Acting): Transition {
  if (command.name !== 'reject') return command.name;
  return scopeOf(command.body, acting) === 'window' ? 'rejectWindow' : 'release';
}

function apply(state: State, command: Command, context: Context): Decision {
  const { assignment } = state;
  const { acting, now, rules } = context;
  switch (command.name) {
    case 'propose':
      return { changes: [propose(assignment, command.body, acting, now, rules)] };
    case 'confirm':
      return { changes: [confirm(assignment, acting, now)] };
    case 'reject':
      return scopeOf(command.body, acting) === 'window'
        ? { changes: rejectWindow(assignment, command.body, acting, now, rules) }
        : releaseProvider(state, command.body, context);
    case 'cancel':
      return { changes: [cancel(assignment, command.body, acting, now)], job: { status: 'CANCELLED' } };
    case 'complete':
      return { changes: [complete(assignment, acting, now)], job: { status: 'DONE' } };
    case 'dispute':
      return { changes: [dispute(assignment, command.body, acting, now)] };
  }
}
