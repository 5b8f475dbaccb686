import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '@punctual/chassis/domain';
import {
  type CommandRequest,
  claimKeyAndLock,
  commitWith,
  inTransaction,
  keepAnswer,
} from '@punctual/chassis/postgres';
import type { ProblemCode, Role } from '@punctual/contracts';
import { actions } from '../domain/actions.ts';
import type { Assignment } from '../domain/assignment.ts';
import { type Acting, authorize, type Caller, noSuchAssignment } from '../domain/authorize.ts';
import { type Command, type Decision, decide, proposes } from '../domain/decide.ts';
import { nextProvider } from '../domain/next-provider.ts';
import { presentAssignment } from '../domain/present.ts';
import { scopeOf } from '../domain/reject.ts';
import {
  type AssignmentColumns,
  type AssignmentRef,
  selectAssignment,
  toAssignment,
} from '../persistence/assignment-columns.ts';
import { findDisputers, findProposer } from '../persistence/assignments.ts';
import { findQueue } from '../persistence/jobs.ts';
import { writesOf } from '../persistence/writes-of.ts';
import { viewAssignment } from '../queries/view-assignments.ts';
import { type Answer, type CommandDeps, type Outcome, recall, requireMatch } from './command.ts';
import { refuseTakenWindow } from './refuse-taken-window.ts';
import { findNextProposal } from './refuse-too-many.ts';

export type AssignmentCommand = {
  assignment: AssignmentRef;
  command: Command;
  /** Who may give it by this path, when not all whom the command is for. */
  roles?: readonly Role[];
  /** The version that the body says it has seen. */
  seenVersion?: number | undefined;
  /** Check everything, change nothing. */
  dryRun?: boolean;
};

/**
 * Gives a command to an assignment, in one transaction. What is checked, and in which order, is api.md's: existence and sight, role,
 * idempotency key, preconditions, transition, rules.
 * @throws DomainError
 */
export async function changeAssignment(
  deps: CommandDeps,
  request: CommandRequest,
  { assignment: ref, command, roles, seenVersion, dryRun = false }: AssignmentCommand,
): Promise<Outcome> {
  const { caller } = request;
  const outcome = await inTransaction(deps.database, async (em, attempt): Promise<Outcome> => {
    const { claimed, assignment, ...loaded } = await claimAndLoad(em, request, ref);
    if (!assignment) throw noSuchAssignment();
    const now = deps.now();
    const proposerId = loaded.proposerId ?? (await findLateProposer(em, command, assignment));
    const acting = authorize(caller, assignment, command.name, { now, proposerId }, roles);
    const before = recall(claimed);
    if (before) return before;
    try {
      requireMatch(request, assignment.scheduleVersion);
      requireSeen(seenVersion, assignment.scheduleVersion);
      // Read behind the lock, so that two disputes of one side at once do not both pass.
      const disputedBy = assignment.disputedAt ? await findDisputers(em, assignment.id) : [];
      const decision = await judge(em, deps, { assignment, command, acting, now, disputedBy });
      await refuseTakenWindow(em, deps, { decision, now, confirming: attempt > 1 });
      if (dryRun) return { body: { ok: true }, version: assignment.scheduleVersion };
      const answer = toAnswer(
        decision,
        caller,
        now,
        command.name === 'dispute' ? [...disputedBy, acting.role] : disputedBy,
      );
      await commitWith(em, [...writesOf(decision, deps), ...(claimed ? [keepAnswer(claimed, answer)] : [])]);
      return answer;
    } catch (error) {
      if (!(error instanceof DomainError) || !tellsCurrent.has(error.code)) throw error;
      const current = await viewAssignment(em, assignment, caller, now);
      throw new DomainError(error.code, error.message, { ...error.extras, current });
    }
  });
  deps.relay.wake();
  return outcome;
}

/** The refusals that a look at the current state explains. */
const tellsCurrent = new Set<ProblemCode>([
  'precondition-failed',
  'version-conflict',
  'invalid-transition',
  'visit-started',
]);

/** Locked by whoever has the key; the others look at it without waiting, since sight and role are judged before the key. */
async function claimAndLoad(em: EntityManager, request: CommandRequest, ref: AssignmentRef) {
  const { claim, row } = await claimKeyAndLock<AssignmentColumns>(em, request, selectAssignment(ref));
  const loaded = claim?.mine === false ? (await em.execute<AssignmentColumns[]>(...selectAssignment(ref)))[0] : row;
  return { claimed: claim, assignment: loaded && toAssignment(loaded), proposerId: loaded?.proposer_id ?? null };
}

/**
 * A proposal that was committed while this transaction waited for the lock: the statement that waited sees the row as it now is, but not
 * the new item of the timeline.
 */
async function findLateProposer(em: EntityManager, command: Command, { id, status }: Assignment) {
  return command.name === 'confirm' && status === 'PROPOSED' ? findProposer(em, { id }) : null;
}

type Judged = {
  assignment: Assignment;
  command: Command;
  acting: Acting;
  now: Temporal.Instant;
  disputedBy: readonly Role[];
};

async function judge(
  em: EntityManager,
  deps: CommandDeps,
  { assignment, command, acting, now, disputedBy }: Judged,
): Promise<Decision> {
  const releases = command.name === 'reject' && scopeOf(command.body, acting) === 'assignment';
  const nextProviderId = releases ? await findNextProvider(em, assignment) : null;
  const nextProposalAt = proposes(command) ? await findNextProposal(em, deps, { assignment, acting, now }) : null;
  return decide({ assignment, nextProviderId, disputedBy, nextProposalAt }, command, {
    acting,
    now,
    newId: deps.newId,
    rules: deps.rules,
  });
}

async function findNextProvider(em: EntityManager, assignment: Assignment): Promise<string | null> {
  const queue = await findQueue(em, assignment.jobId);
  return queue && nextProvider(queue, queue.declinedProviderIds, assignment);
}

function requireSeen(seen: number | undefined, version: number): void {
  if (seen === undefined || seen === version) return;
  throw new DomainError('version-conflict', `The schedule is at version ${version}, not ${seen}.`);
}

function toAnswer(decision: Decision, caller: Caller, now: Temporal.Instant, disputedBy: readonly Role[]): Answer {
  const after = decision.changes.at(-1)?.after;
  if (!after) throw new Error('A decision without a change.');
  // What was proposed in this transaction has just been found to be free.
  const surroundings = { windowTaken: false, proposerId: caller.id, disputedBy };
  const body = presentAssignment(after, actions(after, caller, now, surroundings));
  return { body, version: after.scheduleVersion };
}
