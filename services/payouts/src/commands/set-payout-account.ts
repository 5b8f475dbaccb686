import { DomainError } from '@punctual/chassis/domain';
import {
  type CommandRequest,
  claimKey,
  commitWith,
  type Database,
  inTransaction,
  keepAnswer,
  recallAnswer,
} from '@punctual/chassis/postgres';
import type { PayoutAccountBody } from '@punctual/contracts';
import { requireFinance } from '../domain/access.ts';
import { lockAccount, saveAccount } from '../persistence/payout-accounts.ts';
import { KeptAnswer } from './kept-answer.ts';

type Request = CommandRequest & { params: { id: string }; body: PayoutAccountBody };

/**
 * Sets where a provider is paid to. An attempt that was begun keeps the account that it was begun with.
 * @throws DomainError `forbidden`, `precondition-failed`, and those of the idempotency key
 */
export async function setPayoutAccount(
  { database }: { database: Database },
  request: Request,
): Promise<{ account: KeptAnswer; replayed: boolean }> {
  return inTransaction(database, async (em) => {
    const claim = await claimKey(em, request);
    requireFinance(request.caller);
    const kept = recallAnswer(claim);
    if (kept !== undefined) return { account: KeptAnswer.parse(kept), replayed: true };

    const { caller, params, body, ifMatch } = request;
    const before = await lockAccount(em, params.id);
    const tag = before && String(before.version);
    if (ifMatch !== undefined && (ifMatch === '*' ? !before : ifMatch !== tag)) {
      throw new DomainError('precondition-failed', `The account is at version ${before?.version ?? 'none'} by now.`);
    }
    const version = (before?.version ?? 0) + 1;
    const updatedAt = new Date().toISOString();
    const account = { providerId: params.id, account: body.account, version, updatedBy: caller.id, updatedAt };
    await saveAccount(em, account);
    if (claim) await commitWith(em, [keepAnswer(claim, account)]);
    return { account, replayed: false };
  });
}
