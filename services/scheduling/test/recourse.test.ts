import type { ActionName, Assignment, Timeline } from '@punctual/contracts';
import { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinNeighbours, type Neighbours } from './neighbours.ts';
import {
  type Cast,
  type Person,
  problemOf,
  type SchedulingService,
  startScheduling,
  windowIn,
} from './scheduling-service.ts';

let scheduling: SchedulingService;
let neighbours: Neighbours;
let database: Client;
let ops: Person;
beforeAll(async () => {
  scheduling = await startScheduling();
  neighbours = await joinNeighbours(scheduling.environment);
  database = new Client({ connectionString: scheduling.environment.databaseUrl });
  await database.connect();
  ops = await scheduling.person('ops');
});
afterAll(async () => {
  await database.end();
  await neighbours.stop();
  await scheduling.stop();
});

const at = ({ assignment }: Cast) => `/assignments/${assignment.id}`;
const because = (assignment: Assignment, action: ActionName) =>
  assignment.actions.find(({ name }) => name === action)?.because;
const dispute = (as: Person, cast: Cast, kind = 'OTHER') =>
  as.post(`${at(cast)}/dispute`, { kind, reason: 'Nobody came' });

async function confirmed(): Promise<Cast> {
  const cast = await scheduling.cast();
  await cast.customer.post(`/jobs/${cast.job.id}/schedule`, windowIn(600));
  expect((await cast.provider.post(`${at(cast)}/schedule/confirm`)).status).toBe(200);
  return cast;
}

/** Confirmed, with a window that began five minutes ago. */
async function begun(): Promise<Cast> {
  const cast = await confirmed();
  await database.query(`update assignment set scheduled_start = now() - interval '5 minutes' where id = $1`, [
    cast.assignment.id,
  ]);
  return cast;
}

const takingBack: [ActionName, (as: Person, cast: Cast) => Promise<unknown>][] = [
  ['propose', (as, { job }) => as.post(`/jobs/${job.id}/schedule`, windowIn(900))],
  ['reject', (as, cast) => as.post(`${at(cast)}/reject`, {})],
  ['reject', (as, cast) => as.post(`${at(cast)}/reject`, { scope: 'assignment' })],
  ['reject', (as, cast) => as.post(`${at(cast)}/reject`, { counter: windowIn(900) })],
  ['cancel', (as, cast) => as.post(`${at(cast)}/cancel`, { reason: 'I have what I wanted' })],
];

test.each(takingBack)(
  'a customer cannot %s a visit that has started, and its provider completes it',
  async (name, command) => {
    const cast = await begun();
    const { customer, provider, assignment } = cast;
    expect(await command(customer, cast)).toMatchObject({
      status: 409,
      body: { code: 'visit-started', current: { id: assignment.id, scheduleVersion: 2 } },
    });
    expect(because((await customer.get(at(cast))).body, name)).toBe('visit-started');
    const { body } = await customer.get<{ items: Assignment[] }>('/assignments');
    expect(body.items.map((each) => because(each, name))).toEqual(['visit-started']);
    expect((await provider.post(`${at(cast)}/complete`)).status).toBe(200);
  },
);

test('who is also in ops still acts as the customer; another person in ops cancels', async () => {
  const cast = await begun();
  const both = await scheduling.person(['customer', 'ops'], { id: cast.customer.id });
  const reason = { reason: 'Enough' };
  expect(problemOf(await both.post(`${at(cast)}/cancel`, reason)).code).toBe('visit-started');
  expect((await ops.post(`${at(cast)}/cancel`, reason)).body.status).toBe('CANCELLED');
});

test('each side disputes once, and the first moment stays', async () => {
  const cast = await begun();
  const sides = [cast.provider, cast.customer, ops];
  const moments: unknown[] = [];
  for (const side of sides) {
    expect(because((await side.get(at(cast))).body, 'dispute')).toBeUndefined();
    const disputed = await dispute(side, cast, 'NO_SHOW');
    expect(disputed.status).toBe(200);
    expect(because(disputed.body, 'dispute')).toBe('invalid-transition');
    moments.push(disputed.body.disputedAt);
    expect(because((await side.get(at(cast))).body, 'dispute')).toBe('invalid-transition');
    expect(problemOf(await dispute(side, cast))).toMatchObject({ status: 409, code: 'invalid-transition' });
  }
  expect(new Set(moments).size).toBe(1);
  expect(problemOf(await dispute(await scheduling.person('ops'), cast)).code).toBe('invalid-transition');
  const events = await neighbours.published(cast.assignment.id, 5);
  expect(events.slice(2).map(({ type, data }) => [type, data.actor.role])).toEqual([
    ['schedule.disputed', 'provider'],
    ['schedule.disputed', 'customer'],
    ['schedule.disputed', 'ops'],
  ]);
  const { body } = await ops.get<Timeline>(`${at(cast)}/timeline`);
  expect(body.items.map(({ type }) => type)).toEqual(events.map(({ type }) => type));
});

test('two disputes of one side at once are one', async () => {
  for (const first of [[], ['provider']] as const) {
    const cast = await begun();
    for (const side of first) await dispute(cast[side], cast);
    const both = await Promise.all([dispute(cast.customer, cast), dispute(cast.customer, cast)]);
    expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  }
});
