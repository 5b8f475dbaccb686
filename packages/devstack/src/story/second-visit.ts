import { eventually } from './eventually.ts';
import type { Narrator } from './narrator.ts';
import type { StoryPeople } from './people.ts';
import { timezone, windowOn } from './times.ts';

/** Confirmed, then rejected: its reminders are suppressed and its payout waits. */
export async function playSecondVisit({ narrator, cast }: { narrator: Narrator; cast: StoryPeople }): Promise<void> {
  const { carla, lena } = cast;
  const window = windowOn(Temporal.Now.instant(), { days: 3, hour: 9, minutes: 120 });

  const id = await narrator.step(
    'Carla assigns a door to Lena, a painter, and proposes a morning',
    async ({ headers, passes }) => {
      const body = { title: 'A door wants paint', timezone, price: { amountMinor: 12_000, currency: 'EUR' } };
      const job = await carla.createJob({ body, headers });
      const given = { params: { id: job.id }, headers };
      const assignment = await carla.createAssignment({ ...given, body: { providerId: lena.id } });
      await carla.proposeForJob({ ...given, body: window });
      await passes(
        'reminder.queued',
        ({ data }) => data.assignmentId === assignment.id && data.kind === 'respond-last',
      );
      return assignment.id;
    },
  );

  await narrator.step('Lena confirms: two reminders are planned, a payout is pending', async ({ headers, passes }) => {
    await lena.confirmSchedule({ params: { id }, headers });
    for (const kind of ['upcoming-24h', 'upcoming-1h']) {
      await passes('reminder.queued', ({ data }) => data.assignmentId === id && data.kind === kind);
    }
    await passes('payout.pending', ({ data }) => data.assignmentId === id && !data.onHold);
  });

  await narrator.step('Carla cannot be at home and rejects the window', async ({ headers, passes }) => {
    const body = { scope: 'window', reason: 'Nobody will be at home' } as const;
    await carla.rejectAssignment({ params: { id }, body, headers });
    await passes('schedule.rejected', ({ data }) => data.assignmentId === id && data.outcome === 'WINDOW_REJECTED');
    for (const kind of ['upcoming-24h', 'upcoming-1h']) {
      await passes('reminder.suppressed', ({ data }) => data.assignmentId === id && data.kind === kind);
    }
    await passes('payout.pending', ({ data }) => data.assignmentId === id && data.onHold);
  });

  await narrator.step('Lena reads it: the reminders are suppressed, her payout is on hold', ({ headers, check }) =>
    eventually(async () => {
      const read = { params: { id }, headers };
      const { status } = await lena.getAssignment(read);
      check(status === 'UNSCHEDULED', `the assignment is ${status}`);
      const { items } = await lena.listReminders(read);
      const open = items.find(({ state }) => state !== 'SUPPRESSED');
      check(!open, `the reminder ${open?.kind} is still ${open?.state}`);
      const payout = await lena.getAssignmentPayout(read);
      check(payout.status === 'PENDING' && payout.onHold, `the payout is ${payout.status}, onHold ${payout.onHold}`);
    }),
  );
}
