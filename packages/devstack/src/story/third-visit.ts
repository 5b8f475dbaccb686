import { setTimeout as delay } from 'node:timers/promises';
import type { Cast } from './cast.ts';
import { eventually } from './eventually.ts';
import type { Narrator } from './narrator.ts';
import { timezone, windowSoon } from './times.ts';
import { moneyText } from './wording.ts';

/** Large enough that two people must approve it. */
const price = { amountMinor: 120_000, currency: 'EUR' };

/** Begins in three seconds, is completed, approved by two people, and paid. */
export async function playThirdVisit({ narrator, cast }: { narrator: Narrator; cast: Cast }): Promise<void> {
  const { carla, lena, fay, finn } = cast;

  const { id, start } = await narrator.step(
    `Lena stands at the door: new pipes for ${moneyText(price)}, from three seconds from now`,
    async ({ headers, passes }) => {
      const job = await carla.createJob({ body: { title: 'New pipes', timezone, price }, headers });
      const given = { params: { id: job.id }, headers };
      const assignment = await carla.createAssignment({ ...given, body: { providerId: lena.id } });
      const window = windowSoon(Temporal.Now.instant(), { startsInSeconds: 3, minutes: 60 });
      await carla.proposeForJob({ ...given, body: window });
      await lena.confirmSchedule({ params: { id: assignment.id }, headers });
      await passes('payout.pending', ({ data }) => data.assignmentId === assignment.id && !data.onHold);
      return { id: assignment.id, start: window.start };
    },
  );

  const payoutId = await narrator.step('The window begins, and Lena is done: finance is asked', async (step) => {
    const { headers, passes } = step;
    await delay(Math.max(0, Date.parse(start) - Date.now()));
    // Clocks of two machines may differ a little.
    await eventually(() => lena.completeAssignment({ params: { id }, headers }));
    await passes('schedule.completed', ({ data }) => data.assignmentId === id);
    await passes('payout.awaiting_approval', ({ data }) => data.assignmentId === id && data.approvals.length === 0);
    return (await lena.getAssignmentPayout({ params: { id }, headers })).id;
  });

  const payout = { params: { id: payoutId } };
  await narrator.step('Fay approves; so large a payout needs a second person', async ({ headers, passes }) => {
    await fay.approvePayout({ ...payout, headers });
    await passes('payout.awaiting_approval', ({ data }) => data.payoutId === payoutId && data.approvals.length === 1);
  });
  await narrator.step('Finn approves as well', async ({ headers, passes }) => {
    await finn.approvePayout({ ...payout, headers });
    await passes('payout.approved', ({ data }) => data.payoutId === payoutId && data.approvals.length === 2);
  });
  await narrator.step('Finn has the bank pay, and records it with its reference', async ({ headers, passes }) => {
    await finn.markPayoutPaid({ ...payout, body: { reference: 'SEPA 2026/17' }, headers });
    await passes('payout.paid', ({ data }) => data.payoutId === payoutId && data.paymentReference === 'SEPA 2026/17');
  });

  await narrator.step('Carla looks at it: COMPLETED and PAID, and by whom it was approved', ({ headers, check }) =>
    eventually(async () => {
      const read = await carla.getAssignment({ params: { id }, headers });
      check(read.status === 'COMPLETED', `the assignment is ${read.status}`);
      check(read.payoutStatus === 'PAID', `payoutStatus is still ${read.payoutStatus}`);
      check(read.payoutApprovedBy === finn.id, `payoutApprovedBy is ${read.payoutApprovedBy}`);
      check(read.payoutApprovedAt !== null, 'payoutApprovedAt is missing');
    }),
  );
}
