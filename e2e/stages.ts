import { endpoints, type Payout } from '@punctual/contracts';
import { eventually } from '@punctual/devstack';
import { expect } from 'vitest';
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
    await customer.call(endpoints.proposeForJob, { params: { id: visit.jobId }, body });
    await confirm(visit);
    await eventually(() => expect(Temporal.Instant.compare(Temporal.Now.instant(), start)).toBe(1));
    return visit;
  };

  const cancelled = async () => {
    const visit = await unscheduled();
    const body = { reason: 'It stopped by itself' };
    await customer.call(endpoints.cancelAssignment, { params: { id: visit.assignmentId }, body });
    return visit;
  };

  const payoutOf = ({ assignmentId }: Visit, status: Payout['status']) =>
    eventually(async () => {
      const payout = await finance.call(endpoints.getAssignmentPayout, { params: { id: assignmentId } });
      expect(payout.status).toBe(status);
      return payout;
    });

  const pending = async () => payoutOf(await confirmed(), 'PENDING');

  const awaiting = async (amountMinor?: number) => {
    const visit = await begun(amountMinor);
    await visit.provider.call(endpoints.completeAssignment, { params: { id: visit.assignmentId } });
    return payoutOf(visit, 'AWAITING_APPROVAL');
  };

  const approved = async () => finance.call(endpoints.approvePayout, { params: { id: (await awaiting()).id } });

  const blocked = async () => {
    const body = { reason: 'A look first' };
    return finance.call(endpoints.blockPayout, { params: { id: (await pending()).id }, body });
  };

  const visits = { unscheduled, proposed, confirmed, begun, cancelled };
  return { customer, finance, visits, payoutOf, payouts: { pending, awaiting, approved, blocked } };
}
