import { setTimeout as delay } from 'node:timers/promises';
import type { Payout } from '@punctual/contracts';
import { eventually } from '@punctual/devstack';
import type { TestStack } from './test-stack.ts';
import { confirm, giveJob, propose, type Visit } from './visit.ts';

export type Journey = Awaited<ReturnType<typeof createJourney>>;

/**
 * Takes visits and payouts to any of their states. One customer owns all jobs; each visit has its
 * own provider, so that windows never overlap.
 */
export async function createJourney(world: Pick<TestStack, 'user'>) {
  const customer = await world.user('customer');
  const finance = await world.user('finance');

  const unscheduled = async (amountMinor?: number) => giveJob(customer, await world.user('provider'), amountMinor);

  const proposed = async (options?: Parameters<typeof propose>[1]) => {
    const visit = await unscheduled();
    await propose(visit, options);
    return visit;
  };

  const confirmed = async (options?: Parameters<typeof propose>[1]) => {
    const visit = await proposed(options);
    await confirm(visit);
    return visit;
  };

  /** Confirmed, and its window has begun. */
  const begun = async (amountMinor?: number) => {
    const visit = await unscheduled(amountMinor);
    const start = Temporal.Now.instant().add({ milliseconds: 1_500 });
    await propose(visit, { window: { start: start.toString(), end: start.add({ minutes: 60 }).toString() } });
    await confirm(visit);
    await delay(Temporal.Now.instant().until(start).total('milliseconds') + 50);
    return visit;
  };

  const cancelled = async () => {
    const visit = await unscheduled();
    const body = { reason: 'It stopped by itself' };
    await customer.cancelAssignment({ params: { id: visit.assignmentId }, body });
    return visit;
  };

  /** Waits until the visit's payout has this status. */
  const payoutOf = ({ assignmentId }: Visit, status: Payout['status']) =>
    eventually(async () => {
      const payout = await finance.getAssignmentPayout({ params: { id: assignmentId } });
      if (payout.status !== status) throw new Error(`The payout is ${payout.status}, not ${status}`);
      return payout;
    });

  const pending = async () => payoutOf(await confirmed(), 'PENDING');

  const awaitingApproval = async (amountMinor?: number) => {
    const visit = await begun(amountMinor);
    await visit.provider.completeAssignment({ params: { id: visit.assignmentId } });
    return payoutOf(visit, 'AWAITING_APPROVAL');
  };

  const approved = async () => finance.approvePayout({ params: { id: (await awaitingApproval()).id } });

  const blocked = async () => {
    const body = { reason: 'A look first' };
    return finance.blockPayout({ params: { id: (await pending()).id }, body });
  };

  return {
    customer,
    finance,
    payoutOf,
    /** Visits. */
    unscheduled,
    proposed,
    confirmed,
    begun,
    cancelled,
    /** Payouts. */
    pending,
    awaitingApproval,
    approved,
    blocked,
  };
}
