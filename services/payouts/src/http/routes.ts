import { type Handled, handle, type Route } from '@punctual/chassis';
import { endpoints } from '@punctual/contracts';
import { approvePayout } from '../commands/approve-payout.ts';
import { blockPayout } from '../commands/block-payout.ts';
import type { Answer, CommandDeps } from '../commands/change-payout.ts';
import { markPayoutPaid } from '../commands/mark-payout-paid.ts';
import { unblockPayout } from '../commands/unblock-payout.ts';
import { explainAssignment } from '../queries/explain-assignment.ts';
import { getPayout } from '../queries/get-payout.ts';
import { getPayoutTimeline } from '../queries/get-payout-timeline.ts';
import { listPayouts } from '../queries/list-payouts.ts';

/** Every endpoint of the contract that this service answers. */
export function createRoutes(deps: CommandDeps): Route[] {
  return [
    handle(endpoints.listPayouts, async ({ caller, query }) => ({ body: await listPayouts(deps, caller, query) })),
    handle(endpoints.getPayout, async ({ caller, params }) => asPayout(await getPayout(deps, caller, params))),
    handle(endpoints.getAssignmentPayout, async ({ caller, params }) =>
      asPayout(await getPayout(deps, caller, { assignmentId: params.id })),
    ),
    handle(endpoints.getPayoutTimeline, async ({ caller, params }) => {
      const { timeline, version } = await getPayoutTimeline(deps, caller, params.id);
      return { body: timeline, version };
    }),
    handle(endpoints.explainAssignment, async ({ caller, params }) => ({
      body: await explainAssignment(deps, caller, params.id),
    })),
    handle(endpoints.approvePayout, async (request) => asAnswer(await approvePayout(deps, request))),
    handle(endpoints.blockPayout, async (request) => asAnswer(await blockPayout(deps, request))),
    handle(endpoints.unblockPayout, async (request) => asAnswer(await unblockPayout(deps, request))),
    handle(endpoints.markPayoutPaid, async (request) => asAnswer(await markPayoutPaid(deps, request))),
  ];
}

function asPayout(payout: { version: number }): Handled {
  return { body: payout, version: payout.version };
}

function asAnswer({ payout, replayed }: Answer): Handled {
  return { ...asPayout(payout), ...(replayed && { headers: { 'Idempotent-Replayed': 'true' } }) };
}
