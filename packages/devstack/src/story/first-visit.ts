import { eventually } from './eventually.ts';
import type { Narrator, StoryStep } from './narrator.ts';
import type { StoryPeople } from './people.ts';
import { timezone, windowIn, windowOn } from './times.ts';
import { newTrace } from './trace.ts';
import { moneyText, windowText } from './wording.ts';

/** Proposed, counter-proposed, confirmed; reminded of and to be paid for. */
export async function playFirstVisit(deps: {
  narrator: Narrator;
  cast: StoryPeople;
}): Promise<{ assignmentId: string }> {
  const { narrator, cast } = deps;
  const { carla, paul } = cast;
  const price = { amountMinor: 8_000, currency: 'EUR' };
  const now = Temporal.Now.instant();

  const job = await narrator.step(
    `Carla, a customer, creates a job for a dripping tap: ${moneyText(price)}`,
    ({ headers }) => carla.createJob({ body: { title: 'The kitchen tap drips', timezone, price }, headers }),
  );
  const { id } = await narrator.step('She assigns it to Paul, a provider', ({ headers }) =>
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
    `Paul is nearby and proposes ${windowText({ ...soon, timezone })} instead`,
    async ({ headers, passes }) => {
      const body = { ...soon, notes: 'I am just around the corner.' };
      await paul.proposeForAssignment({ params: { id }, body, headers });
      await passes('schedule.proposed', ({ data }) => data.assignmentId === id && data.scheduleVersion === 2);
      await passes('reminder.queued', ({ data }) => data.assignmentId === id && data.scheduleVersion === 2);
    },
  );

  const confirmation = newTrace();
  const confirm = async ({ headers, passes }: StoryStep) => {
    await carla.confirmSchedule({ params: { id }, body: { scheduleVersion: 2 }, headers });
    await passes('schedule.confirmed', ({ data }) => data.assignmentId === id && data.scheduleVersion === 3);
  };
  await narrator.step('Carla confirms the window', confirm, confirmation);

  const follow = async ({ passes }: StoryStep) => {
    await passes('payout.pending', ({ data }) => data.assignmentId === id && data.version === 1 && !data.onHold);
    await passes('reminder.due', ({ data }) => data.assignmentId === id && data.kind === 'upcoming-1h');
  };
  await narrator.step('It starts within the hour: a reminder is sent now, a payout is pending', follow, confirmation);

  await narrator.step('Carla reads the assignment: reminder SENT, payout PENDING', ({ headers, check }) =>
    eventually(async () => {
      const read = await carla.getAssignment({ params: { id }, headers });
      check(read.status === 'CONFIRMED', `the assignment is ${read.status}`);
      check(read.reminderStatus === 'SENT', `reminderStatus is still ${read.reminderStatus}`);
      check(read.payoutStatus === 'PENDING', `payoutStatus is still ${read.payoutStatus}`);
    }),
  );
  return { assignmentId: id };
}
