import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';
import { type Change, type ClientOptions, createClient, createQueue, type Outcome } from '@punctual/client';
import type { Role } from '@punctual/contracts';
import { confirm, eventually, giveJob, propose, startTestStack, type TestStack, type Visit } from '@punctual/testkit';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { QueueProgram } from './client/queue-program.ts';

let world: TestStack;
let folder: string;

beforeAll(async () => {
  world = await startTestStack('client', { instances: 2 });
});
afterAll(() => world?.stop());

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'punctual-client-'));
});
afterEach(() => rm(folder, { recursive: true }));

const root = join(import.meta.dirname, '..');
const runNode = (...args: string[]) => promisify(execFile)(process.execPath, args, { timeout: 60_000 });

test.each([
  ['Node', []],
  ['a platform like React Native', ['--import', join(import.meta.dirname, 'client/react-native.ts')]],
])('the tutorial of the README runs on %s', { timeout: 120_000 }, async (_platform, options) => {
  const build = join(root, 'packages/client/src/build');
  await runNode(join(build, 'build-package.ts'), join(folder, 'node_modules/@punctual/client'));
  await runNode(join(build, 'write-tutorial.ts'), folder);
  const [customerId, providerId] = [randomUUID(), randomUUID()];
  const tokens = {
    customer: await world.environment.token('customer', customerId),
    provider: await world.environment.token('provider', providerId),
  };
  const { url } = world.stack.service('gateway');
  await writeFile(
    join(folder, 'sign-in.ts'),
    `export const { url, customerId, providerId, tokens } = ${JSON.stringify({ url, customerId, providerId, tokens })};
     export const tokenOf = (role) => tokens[role];`,
  );
  await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
  const { stdout } = await runNode(...options, join(folder, 'tutorial.ts'));

  const readme = await readFile(join(root, 'packages/client/README.md'), 'utf8');
  const [, printed = ''] = readme.match(/^```text\n(.*?)^```$/ms) ?? [];
  const promised = printed.split('\n').filter((line) => line !== '' && line !== '…');
  expect(promised).toHaveLength(4);
  expect(
    stdout
      .split('\n')
      .filter((line) => promised.includes(line))
      .sort(),
  ).toEqual(promised.toSorted());
});

/** A device: its network can be lost, and its responses. */
async function device(role: Role, id: string, options: Partial<ClientOptions> = {}) {
  const gateway = world.stack.service('gateway').url;
  let network = new AbortController();
  let instance = 0;
  let lost = 0;
  let requests = 0;
  const fetch: typeof globalThis.fetch = async (input, init) => {
    network.signal.throwIfAborted();
    requests += 1;
    const url = String(input).replace(gateway, world.stack.service('gateway', instance).url);
    const signal = AbortSignal.any([network.signal, init?.signal ?? []].flat());
    const response = await world.fetch(url, { ...init, signal });
    if (lost === 0) return response;
    lost -= 1;
    await response.body?.cancel();
    throw new TypeError('The response was lost.');
  };
  const token = () => world.environment.token(role, id);
  return {
    client: createClient({ url: gateway, token, fetch, ...options }),
    goOffline: () => network.abort(new TypeError('The network is away.')),
    goOnline: (at = 0) => {
      instance = at;
      network = new AbortController();
    },
    loseResponses: (count: number) => {
      lost = count;
    },
    requests: () => requests,
  };
}

const memory = () => {
  const texts = new Map<string, string>();
  return {
    getItem: (key: string) => texts.get(key) ?? null,
    setItem: (key: string, value: string) => void texts.set(key, value),
  };
};

const typesOf = async ({ customer, assignmentId }: Visit) => {
  const { items } = await customer.getAssignmentTimeline({ params: { id: assignmentId } });
  return items.map(({ type }) => type).filter((type) => type.startsWith('schedule.') && type !== 'schedule.assigned');
};

async function proposedVisit(): Promise<Visit> {
  const visit = await giveJob(await world.user('customer'), await world.user('provider'));
  await propose(visit);
  return visit;
}

test.each(['stream', 'poll'] as const)(
  'the feed by %s delivers each change once over lost networks, killed gateways and restarts of the app',
  { timeout: 120_000 },
  async (transport) => {
    const customer = await world.user('customer');
    const phone = await device('customer', customer.id);
    const seen: Change[] = [];
    let starts = 0;
    const storage = memory();
    const openApp = () => {
      const closed = new AbortController();
      const follow = async () => {
        const onStart = () => {
          starts += 1;
        };
        const options = { transport, storage, userId: customer.id, signal: closed.signal, onStart };
        for await (const change of phone.client.feed(options)) seen.push(change);
      };
      const done = follow();
      return { close: () => closed.abort(), done };
    };
    const rounds = 5;
    let app = openApp();
    await eventually(() => expect(starts).toBe(1));
    const visits: Visit[] = [];
    for (let round = 0; round < rounds; round += 1) {
      const visit = await giveJob(customer, await world.user('provider'));
      visits.push(visit);
      await propose(visit, { days: 2 + round });
      if (round === 1) phone.goOffline();
      if (round === 2) phone.goOnline(1);
      if (round === 3) {
        app.close();
        await app.done;
      }
      await confirm(visit);
      if (round === 0) await world.stack.service('gateway').kill();
      if (round === 0) await world.stack.service('gateway').ready();
      if (round === 3) app = openApp();
    }
    await eventually(() => {
      for (const { assignmentId } of visits) {
        const mine = seen.filter(({ subject, source }) => subject === assignmentId && source === '/scheduling');
        const types = ['schedule.assigned', 'schedule.proposed', 'schedule.confirmed'];
        expect(mine.map(({ type }) => type)).toEqual(types);
        expect(seen.some(({ subject, type }) => subject === assignmentId && type === 'payout.pending')).toBe(true);
      }
    });
    expect(new Set(seen.map(({ id }) => id)).size).toBe(seen.length);
    expect(starts).toBe(1);
    app.close();
    await app.done;
  },
);

test('readAfter never shows a state from before the change', { timeout: 60_000 }, async () => {
  const visit = await proposedVisit();
  const { client } = await device('provider', visit.provider.id);
  const closed = new AbortController();
  const checked = new Set<string>();
  const follow = async () => {
    for await (const change of client.feed({ signal: closed.signal, onStart: () => void confirm(visit) })) {
      const assignment = await client.readAfter(change);
      const number = Number(change.sequence);
      if (change.source === '/scheduling') expect(assignment.scheduleVersion).toBeGreaterThanOrEqual(number);
      if (change.source === '/payouts') expect(assignment.payoutVersion).toBeGreaterThanOrEqual(number);
      if (change.source === '/reminders') expect(assignment.reminderSequence).toBeGreaterThanOrEqual(number);
      checked.add(change.source);
    }
  };
  const done = follow();
  await eventually(() => expect([...checked].sort()).toEqual(['/payouts', '/reminders', '/scheduling']));
  closed.abort();
  await done;
});

test('a command whose response was lost is executed once, and the retry is a replay', async () => {
  const visit = await proposedVisit();
  const phone = await device('provider', visit.provider.id);
  phone.loseResponses(2);
  const answer = await phone.client.confirmSchedule({ params: { id: visit.assignmentId } }).withResponse();
  expect(answer).toMatchObject({ body: { status: 'CONFIRMED' }, version: 2, etag: '"2"', isReplayed: true });
  expect(phone.requests()).toBe(3);
  expect(await typesOf(visit)).toEqual(['schedule.proposed', 'schedule.confirmed']);
});

test('what is queued while offline is executed once and in order when the network is back', async () => {
  const visit = await proposedVisit();
  const phone = await device('customer', visit.customer.id, { retries: 0 });
  const outcomes: Outcome[] = [];
  const queue = createQueue({
    client: phone.client,
    storage: memory(),
    userId: visit.customer.id,
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  phone.goOffline();
  const [id, ifMatch] = [visit.assignmentId, 1];
  const start = Temporal.Now.instant().add({ hours: 30 });
  const body = { start: start.toString(), end: start.add({ hours: 1 }).toString() };
  await queue.add('proposeForJob', { params: { id: visit.jobId }, body, ifMatch, assignmentId: id });
  await queue.add('cancelAssignment', { params: { id }, body: { reason: 'It stopped' }, ifMatch });
  await queue.flush();
  expect(await queue.pending()).toHaveLength(2);
  phone.goOnline();
  phone.loseResponses(1);
  await queue.flush();
  await queue.flush();
  queue.close();
  expect(outcomes).toMatchObject([
    { kind: 'DONE', response: { version: 2, isReplayed: true } },
    { kind: 'DONE', response: { version: 3, isReplayed: false } },
  ]);
  expect(await typesOf(visit)).toEqual(['schedule.proposed', 'schedule.proposed', 'schedule.cancelled']);
});

test('two devices of one person: the slower one is told, with the current state, and the rest comes back', async () => {
  const visit = await proposedVisit();
  const [phone, tablet] = [
    await device('customer', visit.customer.id),
    await device('customer', visit.customer.id, { retries: 0 }),
  ];
  const outcomes: Outcome[] = [];
  const queue = createQueue({
    client: tablet.client,
    storage: memory(),
    userId: visit.customer.id,
    onOutcome: (outcome) => void outcomes.push(outcome),
  });
  tablet.goOffline();
  const params = { id: visit.assignmentId };
  await queue.add('rejectAssignment', { params, body: { scope: 'window' }, ifMatch: 1 });
  await queue.add('cancelAssignment', { params, body: { reason: 'No longer' }, ifMatch: 1 });
  await phone.client.rejectAssignment({ params, body: { scope: 'window' }, ifMatch: 1 });
  tablet.goOnline();
  await queue.flush();
  queue.close();
  expect(outcomes).toMatchObject([
    {
      kind: 'REFUSED',
      intent: { name: 'rejectAssignment' },
      error: {
        code: 'precondition-failed',
        problem: { currentAssignment: { status: 'UNSCHEDULED', scheduleVersion: 2 } },
      },
      rest: [{ name: 'cancelAssignment' }],
    },
  ]);
  expect(await typesOf(visit)).toEqual(['schedule.proposed', 'schedule.rejected']);
});

test('a killed app sends what it has stored after the restart, once', { timeout: 120_000 }, async () => {
  const provider = await world.user('provider');
  const visits: Visit[] = [];
  for (let days = 2; days < 8; days += 1) {
    const visit = await giveJob(await world.user('customer'), provider);
    await propose(visit, { days });
    visits.push(visit);
  }
  const program = async (given: Partial<QueueProgram>) => {
    const token = await world.environment.token('provider', provider.id);
    const { url } = world.stack.service('gateway');
    const input: QueueProgram = { url, token, userId: provider.id, folder, confirm: [], ...given };
    const child = spawn(
      process.execPath,
      [join(import.meta.dirname, 'client/queue-program.ts'), JSON.stringify(input)],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    return child;
  };
  const confirms = visits.map(({ assignmentId: id }) => ({ id, ifMatch: 1 }));

  // Killed between storing and sending: nothing listens there.
  await killAt('STORED', await program({ url: 'http://127.0.0.1:1', confirm: confirms }), confirms.length);
  // Killed while it sends.
  await killAt('DONE', await program({}), 2);
  const lines = await linesUntil('FLUSHED', await program({}), 1);
  expect(lines.at(-1)).toMatchObject({ kind: 'FLUSHED', left: 0 });
  for (const visit of visits) expect(await typesOf(visit)).toEqual(['schedule.proposed', 'schedule.confirmed']);
});

type Line = { kind: string; id?: string; left?: number };

/** Reads what the program prints, up to the given number of lines of this kind. */
async function linesUntil(kind: string, child: ChildProcess, count: number): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of createInterface({ input: child.stdout as NodeJS.ReadableStream })) {
    lines.push(JSON.parse(line));
    if (lines.filter((each) => each.kind === kind).length === count) return lines;
  }
  throw new Error(`The program ended before it printed ${kind} ${count} times`);
}

async function killAt(kind: string, child: ChildProcess, count: number): Promise<void> {
  await linesUntil(kind, child, count);
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
}
