import type { EntityManager } from '@mikro-orm/postgresql';
import { DomainError } from '@punctual/chassis/domain';
import {
  claimKey,
  commitWith,
  inTransaction,
  keepAnswer,
  type CommandRequest as Request,
  recallAnswer,
} from '@punctual/chassis/postgres';
import { requireFinanceFor } from '../domain/access.ts';
import type { Account } from '../domain/account.ts';
import { findAccount, lockAccount } from '../persistence/payout-accounts.ts';
import type { CommandDeps } from './change-payout.ts';
import { KeptAnswer } from './kept-answer.ts';

/** A command as it came in; `params.id` is the provider. */
export type AccountRequest<Body> = Request & { params: { id: string }; body: Body };

/** The account after the command; when `replayed`, as it was when the key was first used. */
export type AccountAnswer = { account: KeptAnswer; replayed: boolean };

export type AccountCommand = {
  /** Judged with the roles, before the key. @throws DomainError */
  authorize?: (account: Account) => void;
  /** @throws DomainError */
  decide: (account: Account, now: Date) => Account;
  save: (em: EntityManager, before: Account, after: Account, now: Date) => Promise<void>;
};

/**
 * Changes a payout account in one transaction, with the checks in the order of api.md.
 * @throws DomainError `forbidden`, `own-payout`, `precondition-failed`, those of the idempotency key and of the command
 */
export async function changeAccount(
  { database, relay }: CommandDeps,
  request: AccountRequest<unknown>,
  { authorize, decide, save }: AccountCommand,
): Promise<AccountAnswer> {
  const answer = await inTransaction(database, async (em): Promise<AccountAnswer> => {
    const { caller, params, ifMatch } = request;
    const claim = await claimKey(em, request);
    requireFinanceFor(caller, params.id);
    authorize?.(await findAccount(em, params.id));
    const kept = recallAnswer(claim);
    if (kept !== undefined) return { account: KeptAnswer.parse(kept), replayed: true };

    const before = await lockAccount(em, params.id);
    requireMatch(before, ifMatch);
    const now = new Date();
    const account = decide(before, now);
    await save(em, before, account, now);
    if (claim) await commitWith(em, [keepAnswer(claim, account)]);
    return { account, replayed: false };
  });
  relay.wake();
  return answer;
}

function requireMatch({ version, pending }: Account, ifMatch: string | undefined): void {
  const exists = version > 0 || pending !== null;
  if (ifMatch === undefined || (ifMatch === '*' ? exists : ifMatch === String(version))) return;
  throw new DomainError('precondition-failed', `The account is at version ${version} now.`);
}
