import type { HandlerResponse } from '@punctual/chassis';
import { type CommandDeps, type CommandRequest, executeCommand, type Transaction } from '@punctual/chassis/postgres';
import type { Actor } from '@punctual/contracts';
import { assertVisible, authorize } from '../domain/access.ts';
import type { PayoutSituation } from '../domain/decide.ts';
import type { PayoutState } from '../domain/payout.ts';
import { presentPayout } from '../domain/present.ts';
import type { CommandName } from '../domain/transitions.ts';
import { selectViews, toView, type ViewColumns } from '../persistence/assignment-views.ts';
import { type AccountColumns, selectAccountOfPayout, toAccount } from '../persistence/payout-accounts.ts';
import { changeOf, savePayouts } from '../persistence/payout-aggregate.ts';
import {
  type HoldColumns,
  type PayoutColumns,
  selectHolds,
  selectPayouts,
  toPayouts,
} from '../persistence/payout-columns.ts';
import { byKey, selectWaitingSince, type WaitingColumns } from '../persistence/payouts.ts';
import { type Decision, decisionOf, recordDecision } from './decision-time.ts';
import { storedBody } from './stored-body.ts';

export type PayoutRequest<Body> = CommandRequest & { params: { id: string }; body: Body };

/** What a command on a payout decides on. */
export type PayoutContext<Body, Deps = CommandDeps> = {
  situation: PayoutSituation;
  actor: Actor & { id: string };
  body: Body;
  newId: () => string;
  transaction: Transaction;
  deps: Deps;
};

/** The next version of the payout, and the reason that its timeline shows. */
export type PayoutDecision = { after: PayoutState; reason: string | null };

/**
 * Makes a command on a payout. It is checked in the order of api.md: existence and sight, role,
 * Idempotency-Key, `If-Match`, then what `decide` checks. A refusal shows the payout as it is.
 */
export function payoutCommand<Body, Deps extends CommandDeps = CommandDeps>(
  name: CommandName,
  decide: (context: PayoutContext<Body, Deps>) => PayoutDecision | Promise<PayoutDecision>,
) {
  return async (deps: Deps, request: PayoutRequest<Body>): Promise<HandlerResponse> => {
    const { caller, params, body } = request;
    const condition = byKey(params);
    let decision: Decision | undefined;
    const response = await executeCommand(deps, request, {
      load: {
        lock: { row: selectPayouts(condition) },
        read: [
          selectHolds(condition),
          selectViewOf(params.id),
          selectAccountOfPayout(params.id),
          selectWaitingSince(params.id),
        ],
        toState,
      },
      authorize: ({ payout }) => {
        assertVisible(caller, payout);
        return authorize(caller, name, payout);
      },
      version: ({ payout }) => payout?.version,
      decide: async ({ state, actor, now, newId, transaction }) => {
        const situation = toSituation(state, now);
        const { after, reason } = await decide({ situation, actor, body, newId, transaction, deps });
        const change = changeOf(situation.payout, after, { actor, reason });
        decision = decisionOf({ before: situation.payout, after, waitingSince: state.waitingSince });
        return {
          response: { body: presentPayout(after), version: after.version },
          writes: savePayouts([change], { newId }),
        };
      },
      current: (_refusal, { state: { payout } }) => payout && { currentPayout: presentPayout(payout) },
      stored: storedBody,
    });
    if (decision) recordDecision(decision);
    return response;
  };
}

type Loaded = {
  payout: PayoutState | undefined;
  view: ViewColumns | undefined;
  account: AccountColumns[];
  waitingSince: Temporal.Instant | undefined;
};

function toState([payouts, holds, [view], account, [waiting]]: [
  PayoutColumns[],
  HoldColumns[],
  ViewColumns[],
  AccountColumns[],
  WaitingColumns[],
]): Loaded {
  const waitingSince = waiting && Temporal.Instant.from(waiting.waiting_since);
  return { payout: toPayouts(payouts, holds)[0], view, account, waitingSince };
}

function toSituation({ payout, view, account }: Loaded, now: Temporal.Instant): PayoutSituation {
  if (!payout || !view) throw new Error('A payout is read with the view of its assignment.');
  return { payout, view: toView(view), accountVersion: toAccount(account).version, now };
}

function selectViewOf(payoutId: string) {
  return selectViews(['assignment_id = (select assignment_id from payout where id = ?)', [payoutId]]);
}
