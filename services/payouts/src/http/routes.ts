import { type Handled, handle, type Logger, type Route, relay } from '@punctual/chassis';
import { endpoints } from '@punctual/contracts';
import { approvePayout } from '../commands/approve-payout.ts';
import { blockPayout } from '../commands/block-payout.ts';
import type { Answer, CommandDeps } from '../commands/change-payout.ts';
import type { AccountAnswer } from '../commands/change-payout-account.ts';
import { confirmPayoutAccount } from '../commands/confirm-payout-account.ts';
import { markPayoutPaid } from '../commands/mark-payout-paid.ts';
import { requestPayoutAccount } from '../commands/request-payout-account.ts';
import { unblockPayout } from '../commands/unblock-payout.ts';
import { explainAssignment } from '../queries/explain-assignment.ts';
import { exportPayouts } from '../queries/export-payouts.ts';
import { type DriftDeps, getDrift } from '../queries/find-drift.ts';
import { getErasure } from '../queries/get-erasure.ts';
import { getPayout } from '../queries/get-payout.ts';
import { getPayoutAccount } from '../queries/get-payout-account.ts';
import { getPayoutAccountHistory } from '../queries/get-payout-account-history.ts';
import { getPayoutTimeline } from '../queries/get-payout-timeline.ts';
import { listPayouts } from '../queries/list-payouts.ts';
import { receiveNotice } from './receive-notice.ts';

export type RoutesDeps = CommandDeps & DriftDeps & { logger: Logger; webhookSecret: string | undefined };

/** Every endpoint of the contract that this service answers. */
export function createRoutes(deps: RoutesDeps): Route[] {
  return [
    handle(endpoints.listPayouts, async ({ caller, query, raw }) => {
      if (raw.accepts('application/json', 'text/csv') !== 'text/csv') {
        return { body: await listPayouts(deps, caller, query) };
      }
      return {
        body: undefined,
        stream: { type: 'text/csv; charset=utf-8', chunks: exportPayouts(deps, caller, query) },
      };
    }),
    handle(endpoints.getPayout, async ({ caller, params }) => versioned(await getPayout(deps, caller, params))),
    handle(endpoints.getAssignmentPayout, async ({ caller, params }) =>
      versioned(await getPayout(deps, caller, { assignmentId: params.id })),
    ),
    handle(endpoints.getPayoutTimeline, async ({ caller, params, query }) => {
      const { timeline, version } = await getPayoutTimeline(deps, caller, { id: params.id, ...query });
      return { body: timeline, version };
    }),
    handle(endpoints.explainAssignment, async ({ caller, params }) => ({
      body: await explainAssignment(deps, caller, params.id),
    })),
    handle(endpoints.approvePayout, async (request) => asAnswer(await approvePayout(deps, request))),
    handle(endpoints.blockPayout, async (request) => asAnswer(await blockPayout(deps, request))),
    handle(endpoints.unblockPayout, async (request) => asAnswer(await unblockPayout(deps, request))),
    handle(endpoints.markPayoutPaid, async (request) => asAnswer(await markPayoutPaid(deps, request))),
    handle(endpoints.getPayoutAccount, async ({ caller, params }) =>
      versioned(await getPayoutAccount(deps, caller, params.id)),
    ),
    handle(endpoints.putPayoutAccount, async (request) => asAccount(await requestPayoutAccount(deps, request))),
    handle(endpoints.confirmPayoutAccount, async (request) => asAccount(await confirmPayoutAccount(deps, request))),
    handle(endpoints.getPayoutAccountHistory, async ({ caller, params }) => ({
      body: await getPayoutAccountHistory(deps, caller, params.id),
    })),
    handle(endpoints.getPayoutsErasure, async ({ caller, params, query }) => ({
      body: await getErasure(deps, caller, { personId: params.id, ...query }),
    })),
    relay(endpoints.takeStripeNotice, receiveNotice(deps)),
    handle(endpoints.findPayoutDrift, async ({ caller, query }) => ({
      body: await getDrift(deps, caller, query),
    })),
  ];
}

function versioned(body: { version: number }, replayed = false): Handled {
  return { body, version: body.version, ...(replayed && { headers: { 'Idempotent-Replayed': 'true' } }) };
}

function asAnswer({ payout, replayed }: Answer): Handled {
  return versioned(payout, replayed);
}

function asAccount({ account, replayed }: AccountAnswer): Handled {
  return versioned(account, replayed);
}
