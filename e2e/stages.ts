import { setTimeout as delay } from 'node:timers/promises';
import type { Payout } from '@punctual/contracts';
import { eventually } from '@punctual/devstack';
import type { TestStack } from './test-stack.ts';
import { confirm, giveJob, propose, type Visit } from './visit.ts';

export type Stages = Awaited<ReturnType<typeof openStages>>;

/** Visits and payouts in every state that they can be in, each with a provider of its own so that windows never meet. */
export async function openStages(world: TestStack) {
  const customer = await world.person('customer');
  const finance = await world.person('finance');

  const unscheduled = async (amountMinor?: number) => giveJob(customer, await world.person('provider'), amountMinor);

  const proposed = async () => {
    const visit = await unscheduled();
    await propose(visit);
    return visit;
  };

  const confirmed = async () => {
    const visit = await proposed();
    await confirm(visit);
    return visit;
  };

  /** Confirmed, and its window has begun. */
  const begun = async (amountMinor?: number) => {
    const visit = await unscheduled(amountMinor);
    const start = Temporal.Now.instant().add({ milliseconds: 1_500 });
    const body = { start: start.toString(), end: start.add({ minutes: 60 }).toString() };
    await customer.proposeForJob({ params: { id: visit.jobId }, body });
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

  const payoutOf = ({ assignmentId }: Visit, status: Payout['status']) =>
    eventually(async () => {
      const payout = await finance.getAssignmentPayout({ params: { id: assignmentId } });
      if (payout.status !== status) throw new Error(`The payout is ${payout.status} and not ${status}.`);
      return payout;
    });

  const pending = async () => payoutOf(await confirmed(), 'PENDING');

  const awaiting = async (amountMinor?: number) => {
    const visit = await begun(amountMinor);
    await visit.provider.completeAssignment({ params: { id: visit.assignmentId } });
    return payoutOf(visit, 'AWAITING_APPROVAL');
  };

  const approved = async () => finance.approvePayout({ params: { id: (await awaiting()).id } });

  const blocked = async () => {
    const body = { reason: 'A look first' };
    return finance.blockPayout({ params: { id: (await pending()).id }, body });
  };

  const visits = { unscheduled, proposed, confirmed, begun, cancelled };
  return { customer, finance, visits, payoutOf, payouts: { pending, awaiting, approved, blocked } };
}
