import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import {
  type ClientOptions,
  createClient,
  createQueue,
  type Outcome,
  type Queue,
  type QueueOptions,
} from '../index.ts';

const hourMs = 3_600_000;
type Executed = { path: string; ifMatch: string | null; key: string };

/** Stands in for the API: executes each key once, and knows one version for each assignment. */
let executed: Executed[];
let replays: number;
let versions: Map<string, number>;
/** What happens to the next requests instead: a problem, a network failure, a lost response. */
let faults: ((Fault & { path?: string }) | undefined)[];
let content: Map<string, string>;
let outcomes: Outcome[];
let queues: Queue[];

type Fault = { status: number; code: string; retryAfter?: string } | 'offline' | 'lost';

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('navigator', undefined);
  [executed, replays, versions, faults] = [[], 0, new Map(), []];
  [content, outcomes, queues] = [new Map(), [], []];
});

afterEach(() => {
  for (const queue of queues) queue.close();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const problem = (status: number, code: string, retryAfter = '0') =>
  new Response(JSON.stringify({ status, code, title: code, detail: 'An explanation.' }), {
    status,
    headers: { 'content-type': 'application/problem+json', 'retry-after': retryAfter },
  });

const api: typeof fetch = async (input, init) => {
  const request = new Request(input, init);
  const path = new URL(request.url).pathname;
  const fault = faults.shift();
  if (fault === 'offline') throw new TypeError('fetch failed');
  if (typeof fault === 'object') return problem(fault.status, fault.code, fault.retryAfter);
  const response = execute(path, request.headers);
  if (fault === 'lost') throw new TypeError('fetch failed');
  return response;
};

function execute(path: string, headers: Headers): Response {
  const [, , id = ''] = path.split('/');
  const [key, ifMatch] = [headers.get('idempotency-key') ?? '', headers.get('if-match')];
  const isReplay = executed.some((each) => each.key === key);
  const version = versions.get(id) ?? 0;
  if (isReplay) replays += 1;
  else {
    if (ifMatch !== null && ifMatch !== `"${version}"`) return problem(412, 'precondition-failed');
    executed.push({ path, ifMatch, key });
    versions.set(id, version + 1);
  }
  return new Response(JSON.stringify({ id }), {
    headers: {
      'content-type': 'application/json',
      etag: `"${versions.get(id)}"`,
      ...(isReplay && { 'idempotent-replayed': 'true' }),
    },
  });
}

const memory = () => ({
  getItem: async (key: string) => content.get(key) ?? null,
  setItem: async (key: string, value: string) => void content.set(key, value),
});

function open(options: Partial<QueueOptions & ClientOptions> = {}): Queue {
  const client = createClient({ url: 'https://api.example', fetch: api, retries: 0, ...options });
  const onOutcome = (outcome: Outcome) => void outcomes.push(outcome);
  const queue = createQueue({ client, storage: memory(), userId: 'u1', onOutcome, ...options });
  queues.push(queue);
  return queue;
}

const confirm = (queue: Queue, id: string, ifMatch?: number) =>
  queue.add('confirmSchedule', { params: { id }, ...(ifMatch !== undefined && { ifMatch }) });
const cancel = (queue: Queue, id: string, ifMatch?: number) =>
  queue.add('cancelAssignment', {
    params: { id },
    body: { reason: 'It stopped' },
    ...(ifMatch !== undefined && { ifMatch }),
  });
const paths = () => executed.map(({ path }) => path);
const kinds = () => outcomes.map(({ kind }) => kind);
const offline = (times: number) => Array.from({ length: times }, () => 'offline' as const);

const whileOffline = async (work: () => Promise<unknown>) => {
  faults = offline(100);
  await work();
  await vi.advanceTimersByTimeAsync(0);
  faults = [];
};

test('intents are sent in order, and those on one version follow each other', async () => {
  versions.set('a', 3);
  const queue = open();
  await whileOffline(async () => {
    await confirm(queue, 'a', 3);
    await cancel(queue, 'a', 3);
  });
  expect(await queue.pending()).toMatchObject([{ name: 'confirmSchedule' }, { name: 'cancelAssignment' }]);
  await queue.flush();
  expect(executed).toMatchObject([
    { path: '/assignments/a/schedule/confirm', ifMatch: '"3"' },
    { path: '/assignments/a/cancel', ifMatch: '"4"' },
  ]);
  expect(outcomes).toMatchObject([
    { kind: 'DONE', response: { version: 4, isReplayed: false } },
    { kind: 'DONE', response: { version: 5 } },
  ]);
  expect(await queue.pending()).toEqual([]);
});

test('an intent on an older version than its predecessor’s is not moved on', async () => {
  versions.set('a', 3);
  const queue = open();
  await Promise.all([confirm(queue, 'a', 3), cancel(queue, 'a', 2)]);
  await queue.flush();
  expect(outcomes).toMatchObject([{ kind: 'DONE' }, { kind: 'REFUSED', error: { code: 'precondition-failed' } }]);
});

test('a change by another device refuses the intent and gives the rest of its assignment back', async () => {
  versions.set('a', 7);
  const queue = open();
  await whileOffline(() => Promise.all([confirm(queue, 'a', 3), confirm(queue, 'b'), cancel(queue, 'a', 3)]));
  await queue.flush();
  expect(paths()).toEqual(['/assignments/b/schedule/confirm']);
  expect(outcomes).toMatchObject([
    {
      kind: 'REFUSED',
      intent: { name: 'confirmSchedule', isSent: true },
      error: { code: 'precondition-failed' },
      rest: [{ name: 'cancelAssignment', isSent: false }],
    },
    { kind: 'DONE' },
  ]);
  expect(await queue.pending()).toEqual([]);
});

test.each([
  [409, 'window-taken'],
  [422, 'window-in-past'],
  [403, 'own-proposal'],
  [404, 'not-found'],
])('a %i %s is reported once', async (status, code) => {
  faults = [{ status, code }];
  const queue = open();
  await confirm(queue, 'a');
  await queue.flush();
  expect(outcomes).toMatchObject([{ kind: 'REFUSED', error: { code }, rest: [] }]);
  expect(await queue.pending()).toEqual([]);
});

test('an intent that is added while the one before it is refused is given back too', async () => {
  let refuse = (_response: Response) => {};
  const slow: typeof fetch = () => new Promise((resolve) => (refuse = resolve));
  const queue = open({ fetch: slow });
  await confirm(queue, 'a');
  await vi.advanceTimersByTimeAsync(0);
  await cancel(queue, 'a');
  refuse(problem(409, 'window-taken'));
  await queue.flush();
  expect(outcomes).toMatchObject([{ kind: 'REFUSED', rest: [{ name: 'cancelAssignment', isSent: false }] }]);
  expect(await queue.pending()).toEqual([]);
});

test('a handler that queues an answer to a refusal loses nothing', async () => {
  faults = [{ status: 409, code: 'window-taken' }];
  const queue: Queue = open({
    onOutcome: async (outcome) => {
      outcomes.push(outcome);
      if (outcome.kind === 'REFUSED') await cancel(queue, 'a');
    },
  });
  await confirm(queue, 'a');
  await queue.flush();
  expect(kinds()).toEqual(['REFUSED', 'DONE']);
  expect(paths()).toEqual(['/assignments/a/cancel']);
});

test('an intent waits while there is no network, and is retried without being asked', async () => {
  faults = offline(4);
  const queue = open();
  await confirm(queue, 'a');
  await vi.advanceTimersByTimeAsync(60_000);
  expect(kinds()).toEqual(['DONE']);
  expect(faults).toEqual([]);
});

test('a temporary refusal holds up its assignment only', async () => {
  const queue = open();
  await whileOffline(() => Promise.all([confirm(queue, 'a'), cancel(queue, 'a'), confirm(queue, 'b')]));
  faults = [{ status: 503, code: 'unavailable', retryAfter: '20' }];
  await queue.flush();
  await vi.advanceTimersByTimeAsync(19_000);
  expect(paths()).toEqual(['/assignments/b/schedule/confirm']);
  await vi.advanceTimersByTimeAsync(60_000);
  expect(paths().slice(1)).toEqual(['/assignments/a/schedule/confirm', '/assignments/a/cancel']);
});

test('a limit that lasts for long is reported, not waited for', async () => {
  faults = [{ status: 429, code: 'too-many-proposals', retryAfter: '1800' }];
  const queue = open();
  await confirm(queue, 'a');
  await queue.flush();
  expect(outcomes).toMatchObject([{ kind: 'REFUSED', error: { code: 'too-many-proposals', retryAfterMs: 1_800_000 } }]);
});

test('an intent waits for a sign-in when the token has expired', async () => {
  faults = [{ status: 401, code: 'unauthenticated' }];
  let token = () => 'old';
  const queue = open({ token: () => token() });
  await confirm(queue, 'a');
  await vi.advanceTimersByTimeAsync(0);
  token = () => {
    throw new Error('Sign in again.');
  };
  await queue.flush();
  expect(outcomes).toEqual([]);
  token = () => 'new';
  await queue.flush();
  expect(kinds()).toEqual(['DONE']);
});

test('an intent that became too old is given back with those behind it, and says whether it was sent', async () => {
  const queue = open();
  faults = ['lost', ...offline(100_000)];
  await confirm(queue, 'a');
  await cancel(queue, 'a');
  await vi.advanceTimersByTimeAsync(25 * hourMs);
  expect(outcomes).toMatchObject([
    { kind: 'EXPIRED', intent: { isSent: true }, rest: [{ name: 'cancelAssignment', isSent: false }] },
  ]);
  expect(executed).toHaveLength(1);
  expect(() => open({ maxAgeMs: 48 * hourMs })).toThrow(RangeError);
});

test('a clock that was set far back does not make an intent young again', async () => {
  faults = offline(10);
  const queue = open();
  await confirm(queue, 'a');
  await vi.advanceTimersByTimeAsync(0);
  vi.setSystemTime(Date.now() - 72 * hourMs);
  faults = [];
  await queue.flush();
  expect(kinds()).toEqual(['EXPIRED']);
});

test('an intent can be taken back until it may have been sent', async () => {
  const queue = open();
  faults = offline(2);
  const [sent, waiting] = await Promise.all([confirm(queue, 'a'), cancel(queue, 'a')]);
  await vi.advanceTimersByTimeAsync(0);
  expect(await queue.remove(sent.id)).toBe(false);
  expect(await queue.remove(waiting.id)).toBe(true);
  faults = [];
  await queue.flush();
  expect(paths()).toEqual(['/assignments/a/schedule/confirm']);
});

test('another user of the device sends nothing of the first', async () => {
  faults = offline(1);
  const first = open();
  await confirm(first, 'a');
  await vi.advanceTimersByTimeAsync(0);
  first.close();
  const second = open({ userId: 'u2' });
  await second.flush();
  expect(executed).toEqual([]);
  expect(await second.pending()).toEqual([]);
});

test('two tabs lose no intent, and execute each once and in order', async () => {
  const storage = memory();
  const tabs = [open({ storage }), open({ storage })] as const;
  const count = 20;
  await Promise.all(Array.from({ length: count }, (_, n) => confirm(tabs[n % 2 === 0 ? 0 : 1], `${n % 3}`)));
  await Promise.all(tabs.map((tab) => tab.flush()));
  expect(executed).toHaveLength(count);
  expect(replays).toBe(0);
  expect(kinds()).toEqual(Array.from({ length: count }, () => 'DONE'));
});

test('what a handler throws leaves the intent in the queue', async () => {
  let isBroken = true;
  const queue = open({
    onOutcome: (outcome) => {
      if (isBroken) throw new Error('No disk space.');
      outcomes.push(outcome);
    },
  });
  faults = offline(1);
  await confirm(queue, 'a');
  await vi.advanceTimersByTimeAsync(0);
  await expect(queue.flush()).rejects.toThrow('No disk space.');
  isBroken = false;
  await queue.flush();
  expect(outcomes).toMatchObject([{ kind: 'DONE', response: { isReplayed: true } }]);
  expect(executed).toHaveLength(1);
});

test('a crash at any access to the storage executes each stored intent once and in order', async () => {
  // The whole run has fewer accesses than this.
  for (let crashAt = 0; crashAt < 60; crashAt += 1) {
    [executed, outcomes] = [[], []];
    content = new Map();
    versions = new Map([['a', 3]]);
    let left = crashAt;
    const access = () => {
      if (left === 0) throw new Error('The app was killed.');
      left -= 1;
    };
    const failing = {
      getItem: async (key: string) => {
        access();
        return content.get(key) ?? null;
      },
      setItem: async (key: string, value: string) => {
        // Killed in the middle of the write.
        if (left === 0) content.set(key, value.slice(0, value.length / 2));
        access();
        content.set(key, value);
      },
    };
    const dying = open({ storage: failing, onError: () => undefined });
    faults = ['offline', 'lost'];
    const stored: string[] = [];
    for (const add of [confirm, cancel]) {
      const intent = await add(dying, 'a', 3).catch(() => undefined);
      if (intent) stored.push(intent.id);
    }
    for (const _attempt of [1, 2, 3]) await dying.flush().catch(() => undefined);
    dying.close();
    await vi.advanceTimersByTimeAsync(0);

    faults = [];
    const restarted = open();
    await restarted.flush();
    const done = executed.map(({ key }) => key);
    expect(done).toEqual([...new Set(done)]);
    expect(done.filter((key) => stored.includes(key))).toEqual(stored);
    expect(await restarted.pending()).toEqual([]);
    expect(new Set(outcomes.map(({ intent }) => intent.id))).toEqual(new Set(done));
    restarted.close();
  }
});
