import type { HandlerResponse } from '@punctual/chassis';
import {
  type CommandDeps,
  type CommandRequest,
  executeCommand,
  type Statement,
  type Transaction,
} from '@punctual/chassis/postgres';
import { assertMaySetAccount } from '../domain/access.ts';
import type { Account } from '../domain/account.ts';
import { type AccountColumns, lockOfAccount, selectAccount, toAccount } from '../persistence/payout-accounts.ts';
import { storedBody } from './stored-body.ts';

/** `params.id` is the provider. */
export type AccountRequest<Body> = CommandRequest & { params: { id: string }; body: Body };

/** What a command on a payout account decides on. */
export type AccountContext<Body> = {
  account: Account;
  caller: CommandRequest['caller'];
  body: Body;
  now: Temporal.Instant;
  newId: () => string;
  transaction: Transaction;
};

export type AccountDecision = { after: Account; writes: readonly Statement[] };

type Options = {
  /** Judged with the role, before the key. @throws DomainError */
  authorize?: (account: Account, caller: CommandRequest['caller']) => void;
};

/**
 * Makes a command on a payout account. It is checked in the order of api.md: role, Idempotency-Key,
 * `If-Match`, then what `decide` checks.
 */
export function accountCommand<Body>(
  decide: (context: AccountContext<Body>) => AccountDecision | Promise<AccountDecision>,
  { authorize }: Options = {},
) {
  return (deps: CommandDeps, request: AccountRequest<Body>): Promise<HandlerResponse> => {
    const { caller, params, body } = request;
    return executeCommand(deps, request, {
      load: {
        lock: { name: lockOfAccount(params.id) },
        read: [selectAccount(params.id)],
        toState: ([rows]: [AccountColumns[]]) => toAccount(rows),
      },
      authorize: (account) => {
        assertMaySetAccount(caller, params.id);
        authorize?.(account, caller);
      },
      version: ({ version }) => version,
      exists: ({ version, pending }) => version > 0 || pending !== null,
      decide: async ({ state: account, now, newId, transaction }) => {
        const { after, writes } = await decide({ account, caller, body, now, newId, transaction });
        return { response: { body: after, version: after.version }, writes };
      },
      stored: storedBody,
    });
  };
}
