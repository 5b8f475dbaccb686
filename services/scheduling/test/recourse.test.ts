import type { ActionName, Assignment, Timeline } from '@punctual/contracts';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import {
  type ApiUser,
  type GivenJob,
  problemOf,
  type SchedulingService,
  startScheduling,
  windowIn,
} from './scheduling-service.ts';

let scheduling: SchedulingService;
let neighbours: Neighbours;
let ops: ApiUser;
beforeAll(async () => {
  scheduling = await startScheduling();
  neighbours = await joinNeighbours(scheduling.environment);
  ops = await scheduling.user('ops');
});
afterAll(async () => {
  await neighbours.stop();
  await scheduling.stop();
});

const at = ({ assignment }: GivenJob) => `/assignments/${assignment.id}`;
const because = (assignment: Assignment, action: ActionName) =>
  assignment.actions.find(({ name }) => name === action)?.because;
const dispute = (as: ApiUser, given: GivenJob, kind = 'OTHER') =>
  as.post(`${at(given)}/dispute`, { kind, reason: 'Nobody came' });

async function confirmed(): Promise<GivenJob> {
  const given = await scheduling.giveJob();
  await given.customer.post(`/jobs/${given.job.id}/schedule`, windowIn(600));
  expect((await given.provider.post(`${at(given)}/schedule/confirm`)).status).toBe(200);
  return given;
}

/** Confirmed, with a window that began five minutes ago. */
async function begun(): Promise<GivenJob> {
  const given = await confirmed();
  await scheduling.database.query(
    `update assignment set scheduled_start = now() - interval '5 minutes' where id = $1`,
    [given.assignment.id],
  );
  return given;
}

const takingBack: [ActionName, (as: ApiUser, given: GivenJob) => Promise<unknown>][] = [
  ['propose', (as, { job }) => as.post(`/jobs/${job.id}/schedule`, windowIn(900))],
  ['reject', (as, given) => as.post(`${at(given)}/reject`, {})],
  ['reject', (as, given) => as.post(`${at(given)}/reject`, { scope: 'assignment' })],
  ['reject', (as, given) => as.post(`${at(given)}/reject`, { counter: windowIn(900) })],
  ['cancel', (as, given) => as.post(`${at(given)}/cancel`, { reason: 'I have what I wanted' })],
];

test.each(takingBack)(
  'a customer cannot %s a visit that has started, and its provider completes it',
  async (name, command) => {
    const given = await begun();
    const { customer, provider, assignment } = given;
    expect(await command(customer, given)).toMatchObject({
      status: 409,
      body: { code: 'visit-started', current: { id: assignment.id, scheduleVersion: 2 } },
    });
    expect(because((await customer.get(at(given))).body, name)).toBe('visit-started');
    const { body } = await customer.get<{ items: Assignment[] }>('/assignments');
    expect(body.items.map((each) => because(each, name))).toEqual(['visit-started']);
    expect((await provider.post(`${at(given)}/complete`)).status).toBe(200);
  },
);

test('a customer who is also ops acts as the customer, and another person in ops can cancel', async () => {
  const given = await begun();
  const both = await scheduling.user(['customer', 'ops'], { id: given.customer.id });
  const reason = { reason: 'Enough' };
  expect(problemOf(await both.post(`${at(given)}/cancel`, reason)).code).toBe('visit-started');
  expect((await ops.post(`${at(given)}/cancel`, reason)).body.status).toBe('CANCELLED');
});

test('each side disputes once, and `disputedAt` stays', async () => {
  const given = await begun();
  const sides = [given.provider, given.customer, ops];
  const moments: unknown[] = [];
  for (const side of sides) {
    expect(because((await side.get(at(given))).body, 'dispute')).toBeUndefined();
    const disputed = await dispute(side, given, 'NO_SHOW');
    expect(disputed.status).toBe(200);
    expect(because(disputed.body, 'dispute')).toBe('invalid-transition');
    moments.push(disputed.body.disputedAt);
    expect(because((await side.get(at(given))).body, 'dispute')).toBe('invalid-transition');
    expect(problemOf(await dispute(side, given))).toMatchObject({ status: 409, code: 'invalid-transition' });
  }
  expect(new Set(moments).size).toBe(1);
  expect(problemOf(await dispute(await scheduling.user('ops'), given)).code).toBe('invalid-transition');
  const events = await neighbours.published(given.assignment.id, 5);
  expect(events.slice(2).map(({ type, data }) => [type, data.actor.role])).toEqual([
    ['schedule.disputed', 'provider'],
    ['schedule.disputed', 'customer'],
    ['schedule.disputed', 'ops'],
  ]);
  const { body } = await ops.get<Timeline>(`${at(given)}/timeline`);
  expect(body.items.slice(1).map(({ type }) => type)).toEqual(events.map(({ type }) => type));
});

test('of two concurrent disputes of one side one is accepted', async () => {
  for (const first of [[], ['provider']] as const) {
    const given = await begun();
    for (const side of first) await dispute(given[side], given);
    const both = await Promise.all([dispute(given.customer, given), dispute(given.customer, given)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  }
});
