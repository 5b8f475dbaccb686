import { endpoints } from '@punctual/contracts';
import { newTrace, windowIn, windowOn } from '@punctual/devstack';
import { confirm, eventually, giveJob, propose, startTestStack, type TestStack } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readStreams } from './stream.ts';

let world: TestStack;

beforeAll(async () => {
  world = await startTestStack('journey');
});

afterAll(() => world?.stop());

test('a countered and confirmed window leads to a reminder and a pending payout', async () => {
  const [customer, provider, finance] = await Promise.all([
    world.user('customer'),
    world.user('provider'),
    world.user('finance'),
  ]);
  const visit = await giveJob(customer, provider);
  const params = { id: visit.assignmentId };
  const now = Temporal.Now.instant();
  const soon = windowIn(now, { startsInMinutes: 45, minutes: 60 });

  const [proposal, counter, confirmation] = [newTrace(), newTrace(), newTrace()];
  await propose(visit, { headers: proposal.headers });
  await provider.proposeForAssignment({ params, body: soon, headers: counter.headers });
  const confirmed = await customer.confirmSchedule({ params, headers: confirmation.headers });
  expect(confirmed).toMatchObject({
    status: 'CONFIRMED',
    scheduleVersion: 3,
    scheduledStart: soon.start,
    scheduledEnd: soon.end,
    scheduleProposedBy: 'PROVIDER',
  });

  const read = await eventually(async () => {
    const assignment = await customer.getAssignment({ params });
    expect(assignment).toMatchObject({ reminderStatus: 'SENT', payoutStatus: 'PENDING' });
    return assignment;
  });
  expect(read).toMatchObject({ status: 'CONFIRMED', scheduleVersion: 3, reminderLastSentAt: expect.any(String) });

  const { items: reminders } = await provider.listReminders({ params });
  const sent = reminders.filter(({ state }) => state === 'SENT');
  expect(sent).toMatchObject([{ kind: 'upcoming-1h', scheduleVersion: 3, audience: ['CUSTOMER', 'PROVIDER'] }]);
  const others = reminders.filter(({ state }) => state !== 'SENT');
  expect(
    others.map(({ kind, scheduleVersion, state, suppressedBecause }) => [
      scheduleVersion,
      kind,
      state,
      suppressedBecause,
    ]),
  ).toEqual(
    expect.arrayContaining([
      [1, 'respond', 'SUPPRESSED', 'ANSWERED'],
      [1, 'respond-last', 'SUPPRESSED', 'ANSWERED'],
      [2, 'respond', 'SUPPRESSED', 'ANSWERED'],
      [2, 'respond-last', 'SUPPRESSED', 'OVERTAKEN'],
      [3, 'upcoming-24h', 'SUPPRESSED', 'OVERTAKEN'],
    ]),
  );
  expect(others).toHaveLength(5);

  const payout = await finance.getAssignmentPayout({ params });
  expect(payout).toMatchObject({ status: 'PENDING', onHold: false, amount: { amountMinor: 8_000, currency: 'EUR' } });

  const { items: timeline } = await customer.getAssignmentTimeline({ params });
  const story = timeline.map(({ version, type, actor, traceId }) => [version, type, actor.id, traceId]);
  expect(story.filter(([, type]) => String(type).startsWith('schedule.'))).toEqual([
    [0, 'schedule.assigned', customer.id, expect.any(String)],
    [1, 'schedule.proposed', customer.id, proposal.traceId],
    [2, 'schedule.proposed', provider.id, counter.traceId],
    [3, 'schedule.confirmed', customer.id, confirmation.traceId],
  ]);
});

test('the streams hold each change once, in order, in the trace of its request', async () => {
  const visit = await giveJob(await world.user('customer'), await world.user('provider'));
  const [proposal, confirmation] = [newTrace(), newTrace()];
  await propose(visit, { headers: proposal.headers });
  await confirm(visit, confirmation.headers);

  const streams = await eventually(async () => {
    const streams = await readStreams(world.environment.natsUrl, visit.assignmentId);
    expect(streams.payout).toHaveLength(1);
    expect(streams.reminder.filter(({ data }) => data.scheduleVersion === 2)).toHaveLength(2);
    return streams;
  });
  const traceOf = (event: { traceparent?: string | undefined }) => event.traceparent?.split('-')[1];
  expect(streams.schedule.map((event) => [event.type, event.sequence, traceOf(event)])).toEqual([
    ['schedule.assigned', '0000000000', expect.any(String)],
    ['schedule.proposed', '0000000001', proposal.traceId],
    ['schedule.confirmed', '0000000002', confirmation.traceId],
  ]);
  expect(streams.payout.map((event) => [event.type, event.sequence, traceOf(event)])).toEqual([
    ['payout.pending', '0000000001', confirmation.traceId],
  ]);
  const sequences = streams.reminder.map(({ data }) => data.reminderSequence);
  expect(sequences).toEqual(sequences.map((_, index) => index + 1));
  const ids = Object.values(streams)
    .flat()
    .map((event) => event.id);
  expect(new Set(ids).size).toBe(ids.length);
});

test('rejecting a confirmed window suppresses its reminders and holds its payout', async () => {
  const [customer, provider] = [await world.user('customer'), await world.user('provider')];
  const visit = await giveJob(customer, provider);
  const params = { id: visit.assignmentId };
  await propose(visit);
  await confirm(visit);
  await eventually(async () => {
    const { items } = await customer.listReminders({ params });
    expect(items.filter(({ state }) => state === 'PLANNED').map(({ kind }) => kind)).toEqual([
      'upcoming-24h',
      'upcoming-1h',
    ]);
  });

  const body = { scope: 'window', reason: 'Nobody will be at home' } as const;
  const rejected = await customer.rejectAssignment({ params, body });
  expect(rejected).toMatchObject({
    status: 'UNSCHEDULED',
    scheduleVersion: 3,
    scheduledStart: null,
    rejectReason: body.reason,
  });

  await eventually(async () => {
    const { items } = await customer.listReminders({ params });
    expect(items.filter(({ scheduleVersion }) => scheduleVersion === 2)).toMatchObject([
      { kind: 'upcoming-24h', state: 'SUPPRESSED', suppressedBecause: 'REJECTED' },
      { kind: 'upcoming-1h', state: 'SUPPRESSED', suppressedBecause: 'REJECTED' },
    ]);
    expect(await provider.getAssignmentPayout({ params })).toMatchObject({
      status: 'PENDING',
      onHold: true,
    });
  });
});

test('confirm refuses an overlapping window of the provider and names the conflict', async () => {
  const provider = await world.user('provider');
  const first = await giveJob(await world.user('customer'), provider);
  const second = await giveJob(await world.user('customer'), provider);
  await propose(first, { days: 5 });
  await propose(second, { days: 5 });
  await confirm(first);
  const refused = await provider.send(endpoints.confirmSchedule, { params: { id: second.assignmentId } });
  const { start, end } = windowOn(Temporal.Now.instant(), { days: 5, hour: 10, minutes: 60 });
  expect(refused).toMatchObject({ status: 409, body: { code: 'window-taken', conflict: { start, end } } });
});
