import { setTimeout as delay } from 'node:timers/promises';
import { eventually } from './eventually.ts';
import type { Narrator } from './narrator.ts';
import type { StoryPeople } from './people.ts';
import { timezone, windowSoon } from './times.ts';
import { moneyText } from './wording.ts';

/** Large enough that two people must approve it. */
const price = { amountMinor: 120_000, currency: 'EUR' };

/** Begins in three seconds, is completed, approved by two people, and paid. */
export async function playThirdVisit({ narrator, cast }: { narrator: Narrator; cast: StoryPeople }): Promise<void> {
  const { carla, lena, fay, finn } = cast;

  const { id, start } = await narrator.step(
    `Carla books Lena for new pipes in three seconds: ${moneyText(price)}`,
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

  const payoutId = await narrator.step(
    'The window begins and Lena completes it: the payout needs approval',
    async (step) => {
      const { headers, passes } = step;
      await delay(Math.max(0, Date.parse(start) - Date.now()));
      // Clocks of two machines may differ a little.
      await eventually(() => lena.completeAssignment({ params: { id }, headers }));
      await passes('schedule.completed', ({ data }) => data.assignmentId === id);
      await passes('payout.awaiting_approval', ({ data }) => data.assignmentId === id && data.approvals.length === 0);
      return (await lena.getAssignmentPayout({ params: { id }, headers })).id;
    },
  );

  const payout = { params: { id: payoutId } };
  await narrator.step('Fay approves; a payout this large needs a second person', async ({ headers, passes }) => {
    await fay.approvePayout({ ...payout, headers });
    await passes('payout.awaiting_approval', ({ data }) => data.payoutId === payoutId && data.approvals.length === 1);
  });
  await narrator.step('Finn approves as well', async ({ headers, passes }) => {
    await finn.approvePayout({ ...payout, headers });
    await passes('payout.approved', ({ data }) => data.payoutId === payoutId && data.approvals.length === 2);
  });
  await narrator.step('Finn pays by bank and records the reference', async ({ headers, passes }) => {
    await finn.markPayoutPaid({ ...payout, body: { reference: 'SEPA 2026/17' }, headers });
    await passes('payout.paid', ({ data }) => data.payoutId === payoutId && data.paymentReference === 'SEPA 2026/17');
  });

  await narrator.step('Carla reads it: COMPLETED and PAID, with the name of the approver', ({ headers, check }) =>
    eventually(async () => {
      const read = await carla.getAssignment({ params: { id }, headers });
      check(read.status === 'COMPLETED', `the assignment is ${read.status}`);
      check(read.payoutStatus === 'PAID', `payoutStatus is still ${read.payoutStatus}`);
      check(read.payoutApprovedBy === finn.id, `payoutApprovedBy is ${read.payoutApprovedBy}`);
      check(read.payoutApprovedAt !== null, 'payoutApprovedAt is missing');
    }),
  );
}
