import type { EntityManager } from '@mikro-orm/postgresql';
import type { OutboxRelay } from '@punctual/chassis';
import { DomainError } from '@punctual/chassis/domain';
import {
  claimKey,
  commitWith,
  type Database,
  inTransaction,
  keepAnswer,
  type CommandRequest as Request,
  recallAnswer,
} from '@punctual/chassis/postgres';
import { requireMay, requireSight } from '../domain/access.ts';
import type { Situation } from '../domain/decide.ts';
import type { CommandName } from '../domain/edges.ts';
import type { Payout } from '../domain/payout.ts';
import { presentPayout } from '../domain/present.ts';
import { readAssignmentView } from '../persistence/assignment-views.ts';
import { findAccount } from '../persistence/payout-accounts.ts';
import { findPayout, lockPayout, savePayout } from '../persistence/payouts.ts';
import { KeptAnswer } from './kept-answer.ts';

export type CommandDeps = { database: Database; relay: OutboxRelay };

/** A command as it came in: who asks, on which payout, and on which conditions. */
export type CommandRequest<Body = unknown> = Request & { params: { id: string }; body: Body };

/** The payout as the caller sees it after the command; when `replayed`, as it was when the key was first used. */
export type Answer = { payout: KeptAnswer; replayed: boolean };

export type Command = {
  name: CommandName;
  reason: string | null;
  decide: (situation: Situation) => Payout;
  /** Judged after the decision, with the payout locked. @throws DomainError */
  check?: (em: EntityManager, payout: Payout) => Promise<void>;
};

/**
 * Runs a person's command in one transaction, with the checks in the order of api.md: sight, role, idempotency key, precondition,
 * then the rules. A refusal says how the payout now is.
 * @throws DomainError
 */
export async function changePayout(deps: CommandDeps, request: CommandRequest, command: Command): Promise<Answer> {
  const answer = await inTransaction(deps.database, async (em): Promise<Answer> => {
    const { caller, params, ifMatch } = request;
    const claim = await claimKey(em, request);
    const seen = await findPayout(em, params);
    requireSight(caller, seen);
    const actor = requireMay(caller, command.name, seen);

    const kept = recallAnswer(claim);
    if (kept !== undefined) return { payout: KeptAnswer.parse(kept), replayed: true };

    const payout = await lockPayout(em, params);
    requireSight(caller, payout);
    const view = await readAssignmentView(em, payout.assignmentId);
    const { version: accountVersion } = await findAccount(em, payout.providerId);
    const next = tellingCurrent(payout, () => {
      requireMatch(payout, ifMatch);
      return command.decide({ payout, view, accountVersion, now: new Date() });
    });
    await command.check?.(em, payout);
    await savePayout(em, payout, next, { actor, source: 'API', reason: command.reason });

    const presented = presentPayout(next);
    if (claim) await commitWith(em, [keepAnswer(claim, presented)]);
    return { payout: presented, replayed: false };
  });
  deps.relay.wake();
  return answer;
}

function requireMatch({ version }: Payout, ifMatch: string | undefined): void {
  if (ifMatch === undefined || ifMatch === '*' || ifMatch === String(version)) return;
  throw new DomainError('precondition-failed', `The payout is at version ${version} by now.`);
}

function tellingCurrent<T>(payout: Payout, judge: () => T): T {
  try {
    return judge();
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    throw new DomainError(error.code, error.message, { ...error.extras, current: presentPayout(payout) });
  }
}
