import { type HandlerResponse, handle, passthrough, type Route } from '@punctual/chassis';
import type { CommandDeps } from '@punctual/chassis/postgres';
import { endpoints, explanationParts } from '@punctual/contracts';
import { approve } from '../commands/approve.ts';
import { block } from '../commands/block.ts';
import { confirmPayoutAccount } from '../commands/confirm-payout-account.ts';
import { markPaid } from '../commands/mark-paid.ts';
import { requestPayoutAccount } from '../commands/request-payout-account.ts';
import { unblock } from '../commands/unblock.ts';
import { explainAssignment } from '../queries/explain-assignment.ts';
import { exportPayouts } from '../queries/export-payouts.ts';
import { getErasure } from '../queries/get-erasure.ts';
import { getPayout } from '../queries/get-payout.ts';
import { getPayoutAccount } from '../queries/get-payout-account.ts';
import { getPayoutAccountHistory } from '../queries/get-payout-account-history.ts';
import { getPayoutTimeline } from '../queries/get-payout-timeline.ts';
import { listPayouts } from '../queries/list-payouts.ts';
import { getDrift, type ReconcileDeps } from '../queries/reconcile.ts';
import { summarizePayouts } from '../queries/summarize-payouts.ts';
import { type StripeWebhookDeps, stripeWebhook } from './stripe-webhook.ts';

export type RoutesDeps = CommandDeps & ReconcileDeps & StripeWebhookDeps;

/** Every endpoint of the contract that this service answers. */
export function createRoutes(deps: RoutesDeps): Route[] {
  return [
    handle(endpoints.approvePayout, (request) => approve(deps, request)),
    handle(endpoints.blockPayout, (request) => block(deps, request)),
    handle(endpoints.unblockPayout, (request) => unblock(deps, request)),
    handle(endpoints.markPayoutPaid, (request) => markPaid(deps, request)),
    handle(endpoints.putPayoutAccount, (request) => requestPayoutAccount(deps, request)),
    handle(endpoints.confirmPayoutAccount, (request) => confirmPayoutAccount(deps, request)),
    passthrough(endpoints.takeStripeNotice, stripeWebhook(deps)),

    handle(endpoints.listPayouts, async ({ caller, query, raw }) => {
      if (raw.accepts('application/json', 'text/csv') !== 'text/csv') {
        return { body: await listPayouts(deps, caller, query) };
      }
      return {
        body: undefined,
        stream: { type: 'text/csv; charset=utf-8', chunks: exportPayouts(deps, caller, query) },
      };
    }),
    handle(endpoints.summarizePayouts, async ({ caller, query }) => ({
      body: await summarizePayouts(deps, caller, query),
    })),
    handle(endpoints.getPayout, async ({ caller, params }) => versioned(await getPayout(deps, caller, params))),
    handle(endpoints.getAssignmentPayout, async ({ caller, params }) =>
      versioned(await getPayout(deps, caller, { assignmentId: params.id })),
    ),
    handle(endpoints.getPayoutTimeline, async ({ caller, params, query }) => {
      const { timeline, version } = await getPayoutTimeline(deps, caller, { id: params.id, ...query });
      return { body: timeline, version };
    }),
    handle(endpoints.getPayoutAccount, async ({ caller, params }) =>
      versioned(await getPayoutAccount(deps, caller, params.id)),
    ),
    handle(endpoints.getPayoutAccountHistory, async ({ caller, params, query }) => ({
      body: await getPayoutAccountHistory(deps, caller, { id: params.id, ...query }),
    })),
    handle(explanationParts.payouts, async ({ params }) => ({ body: await explainAssignment(deps, params.id) })),
    handle(endpoints.getPayoutsErasure, async ({ params, query }) => ({
      body: await getErasure(deps, { personId: params.id, ...query }),
    })),
    handle(endpoints.findPayoutDrift, async ({ caller, query }) => ({ body: await getDrift(deps, caller, query) })),
  ];
}

function versioned(body: { version: number }): HandlerResponse {
  return { body, version: body.version };
}
