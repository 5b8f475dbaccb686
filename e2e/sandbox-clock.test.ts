import { randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Role } from '@punctual/contracts';
import { confirm, createUser, eventually, giveJob, propose, type TestUser } from '@punctual/testkit';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type StartedProgram, startProgram } from './start-program.ts';

let folder: string;
let program: StartedProgram;
let stack: { gateway: string; issuer: string; reminders: string };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-sandbox-'));
  const stackFile = join(folder, 'stack.json');
  program = startProgram('start', { PUNCTUAL_STACK_FILE: stackFile, GATEWAY_PORT: '0' }, ['--clock']);
  await eventually(() => expect(program.output()).toContain('until you press Ctrl-C'), { withinMs: 120_000 });
  stack = JSON.parse(await readFile(stackFile, 'utf8'));
}, 150_000);

afterAll(async () => {
  program?.kill('SIGTERM');
  await program?.exited;
  await rm(folder, { recursive: true, force: true });
});

/** Signs a person in, with a token that is valid for an hour. */
async function signIn(role: Role, id: string = randomUUID()): Promise<TestUser> {
  const response = await fetch(`${stack.issuer}/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ roles: [role], sub: id }),
  });
  const { token } = (await response.json()) as { token: string };
  return createUser({ id, url: stack.gateway, token, fetch });
}

async function clock(method: 'GET' | 'POST', body?: unknown, headers: Record<string, string> = {}) {
  const response = await fetch(`${stack.gateway}/sandbox/clock`, {
    method,
    headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as { now: string } };
}

const advance = async (duration: string) => {
  const { status, body } = await clock('POST', { advance: duration });
  expect(status, JSON.stringify(body)).toBe(200);
  return Temporal.Instant.from(body.now);
};

test('an app sees a whole life, from the proposal over both reminders to the payout', { timeout: 90_000 }, async () => {
  const [customer, provider] = [await signIn('customer'), await signIn('provider')];
  const visit = await giveJob(customer, provider);
  await propose(visit, { days: 3 });
  const { scheduledStart } = await confirm(visit);
  expect(scheduledStart).not.toBeNull();
  const start = Temporal.Instant.from(scheduledStart ?? '');

  const { now } = (await clock('GET')).body;
  const after = await advance(Temporal.Instant.from(now).until(start).add({ minutes: 1 }).toString());
  expect(after.epochMilliseconds).toBeGreaterThan(start.epochMilliseconds);
  const refused = customer.getAssignment({ params: { id: visit.assignmentId } });
  await expect(refused).rejects.toMatchObject({ problem: { code: 'unauthenticated' } });

  const { items } = await (await signIn('customer', customer.id)).listReminders({ params: { id: visit.assignmentId } });
  const upcoming = items.filter(({ kind }) => kind.startsWith('upcoming'));
  expect(upcoming.map(({ kind, state }) => [kind, state]).sort()).toEqual([
    ['upcoming-1h', 'SENT'],
    ['upcoming-24h', 'SENT'],
  ]);
  // Without a stop at its time, a reminder would be hours late.
  for (const { latenessMs } of upcoming) expect(latenessMs).toBeLessThan(60_000);

  const path = { params: { id: visit.assignmentId } };
  await (await signIn('provider', provider.id)).completeAssignment(path);
  const finance = await signIn('finance');
  const payout = await eventually(async () => {
    const found = await finance.getAssignmentPayout(path);
    expect(found.status).toBe('AWAITING_APPROVAL');
    return found;
  });
  await finance.approvePayout({ params: { id: payout.id } });
});

test('a proposal that nobody answers expires at its time', { timeout: 60_000 }, async () => {
  const customer = await signIn('customer');
  const visit = await giveJob(customer, await signIn('provider'));
  const path = { params: { id: visit.assignmentId } };
  await propose(visit, { days: 10 });
  const { proposalExpiresAt } = await customer.getAssignment(path);
  await advance('P4D');
  const { items } = await (await signIn('customer', customer.id)).getAssignmentTimeline(path);
  const expired = items.find(({ type }) => type === 'schedule.expired');
  const expiredAt = Temporal.Instant.from(expired?.at ?? '');
  expect(expiredAt.since(Temporal.Instant.from(proposalExpiresAt ?? '')).total('seconds')).toBeLessThan(60);
});

test.each([
  ['a negative duration', { advance: '-PT1H' }],
  ['nothing', { advance: 'PT0S' }],
  ['more than a year', { advance: 'P2Y' }],
  ['another type', { advance: 23 }],
  ['no duration', {}],
])('the clock refuses %s', async (_, body) => {
  expect(await clock('POST', body)).toMatchObject({ status: 400, body: { code: 'validation-failed' } });
});

test('a page of any website cannot move the clock of a developer', async () => {
  const moved = await clock('POST', { advance: 'PT1H' }, { origin: 'https://elsewhere.example' });
  expect(moved).toMatchObject({ status: 403, body: { code: 'forbidden' } });
});

test('a service that is started again keeps the time of the sandbox', { timeout: 60_000 }, async () => {
  const now = await advance('PT2H');
  const { pids } = JSON.parse(await readFile(join(folder, 'stack.json'), 'utf8'));
  process.kill(pids.scheduling, 'SIGKILL');
  await eventually(async () => {
    const job = { title: 'Late', timezone: 'Europe/Berlin', price: { amountMinor: 1, currency: 'EUR' } };
    const { createdAt } = await (await signIn('customer')).createJob({ body: job });
    expect(Temporal.Instant.compare(createdAt, now)).toBe(1);
  });
});
