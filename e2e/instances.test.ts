import { endpoints, type ReminderEvent } from '@punctual/contracts';
import { windowIn } from '@punctual/devstack';
import { eventually, giveJob, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStreams } from './stream.ts';

const visits = 12;

let world: TestStack;

beforeAll(async () => {
  world = await startTestStack('instances', { instances: 2 });
});

afterAll(() => world?.stop());

test('two instances of every service have no double effect', { timeout: 90_000 }, async () => {
  const soon = windowIn(Temporal.Now.instant(), { startsInMinutes: 45, minutes: 60 });
  const ids = await Promise.all(
    Array.from({ length: visits }, async (_, index) => {
      const customer = await world.user('customer', { instance: index % 2 });
      const provider = await world.user('provider', { instance: 0 });
      const visit = await giveJob(customer, provider);
      await customer.proposeForJob({ params: { id: visit.jobId }, body: soon });

      // Both instances get the same confirmation at once.
      const again = await world.user('provider', { instance: 1, id: provider.id });
      const confirmation = { params: { id: visit.assignmentId } };
      const answers = await Promise.all(
        [provider, again].map((person) => person.send(endpoints.confirmSchedule, confirmation)),
      );
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      return visit.assignmentId;
    }),
  );

  const streams = await eventually(async () => {
    const streams = await readStreams(world.environment.natsUrl, ...ids);
    expect(new Set(streams.payout.map(({ subject }) => subject)).size).toBe(visits);
    expect(new Set(dueOf(streams.reminder)).size).toBe(visits);
    return streams;
  });
  const all = Object.values(streams).flat();
  expect(new Set(all.map(({ id }) => id)).size).toBe(all.length);
  // Assigned, proposed and confirmed.
  expect(streams.schedule).toHaveLength(3 * visits);
  expect(streams.payout).toHaveLength(visits);
  expect(dueOf(streams.reminder)).toHaveLength(visits);

  const finance = await world.user('finance');
  for (const id of ids) {
    const payout = await finance.getAssignmentPayout({ params: { id } });
    expect(payout).toMatchObject({ status: 'PENDING', version: 1 });
    const told = streams.reminder.filter(({ subject }) => subject === id).map(({ data }) => data.reminderSequence);
    expect(told).toEqual(told.map((_, index) => index + 1));
  }
});

function dueOf(events: ReminderEvent[]): string[] {
  return events.filter(({ type }) => type === 'reminder.due').map(({ data }) => data.reminderId);
}
