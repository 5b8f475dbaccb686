import type { Cast } from './cast.ts';
import { eventually } from './eventually.ts';
import type { Narrator, Step } from './narrator.ts';
import { timezone, windowIn, windowOn } from './times.ts';
import { newTrace } from './trace.ts';
import { moneyText, windowText } from './wording.ts';

/** Proposed, counter-proposed, confirmed; reminded of and to be paid for. */
export async function playFirstVisit(deps: { narrator: Narrator; cast: Cast }): Promise<{ assignmentId: string }> {
  const { narrator, cast } = deps;
  const { carla, paul } = cast;
  const price = { amountMinor: 8_000, currency: 'EUR' };
  const now = Temporal.Now.instant();

  const job = await narrator.step(
    `Carla, a customer, has a dripping tap: a job for ${moneyText(price)}`,
    ({ headers }) => carla.createJob({ body: { title: 'The kitchen tap drips', timezone, price }, headers }),
  );
  const { id } = await narrator.step('She gives it to Paul, a provider: that is an assignment', ({ headers }) =>
    carla.createAssignment({ params: { id: job.id }, body: { providerId: paul.id }, headers }),
  );

  const tomorrow = windowOn(now, { days: 1, hour: 10, minutes: 60 });
  await narrator.step(`Carla proposes ${windowText({ ...tomorrow, timezone })}`, async ({ headers, passes }) => {
    await carla.proposeForJob({ params: { id: job.id }, body: tomorrow, headers });
    await passes('schedule.proposed', ({ data }) => data.assignmentId === id && data.scheduleVersion === 1);
    await passes('reminder.queued', ({ data }) => data.assignmentId === id && data.kind === 'respond-last');
  });

  const soon = windowIn(now, { startsInMinutes: 45, minutes: 60 });
  await narrator.step(
    `Paul is nearby: rather ${windowText({ ...soon, timezone })}, he says`,
    async ({ headers, passes }) => {
      const body = { ...soon, notes: 'I am just around the corner.' };
      await paul.proposeForAssignment({ params: { id }, body, headers });
      await passes('schedule.proposed', ({ data }) => data.assignmentId === id && data.scheduleVersion === 2);
      await passes('reminder.queued', ({ data }) => data.assignmentId === id && data.scheduleVersion === 2);
    },
  );

  const confirmation = newTrace();
  const confirm = async ({ headers, passes }: Step) => {
    await carla.confirmSchedule({ params: { id }, body: { scheduleVersion: 2 }, headers });
    await passes('schedule.confirmed', ({ data }) => data.assignmentId === id && data.scheduleVersion === 3);
  };
  await narrator.step('Carla confirms: a place in the calendar of both', confirm, confirmation);

  const follow = async ({ passes }: Step) => {
    await passes('payout.pending', ({ data }) => data.assignmentId === id && data.version === 1 && !data.onHold);
    await passes('reminder.due', ({ data }) => data.assignmentId === id && data.kind === 'upcoming-1h');
  };
  await narrator.step('It starts within the hour: a reminder goes out now, a payout waits', follow, confirmation);

  await narrator.step('Carla looks at it: reminder SENT, payout PENDING, as the events said', ({ headers, check }) =>
    eventually(async () => {
      const read = await carla.getAssignment({ params: { id }, headers });
      check(read.status === 'CONFIRMED', `the assignment is ${read.status}`);
      check(read.reminderStatus === 'SENT', `reminderStatus is still ${read.reminderStatus}`);
      check(read.payoutStatus === 'PENDING', `payoutStatus is still ${read.payoutStatus}`);
    }),
  );
  return { assignmentId: id };
}
