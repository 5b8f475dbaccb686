import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Client, type ClientOptions, createClient, ProblemError, UnexpectedAnswerError } from './index.ts';

const id = '01936f2a-7c10-7000-8000-000000000001';
const json = { 'content-type': 'application/json; charset=utf-8' };
const problem = (status: number, code: string, headers = {}) =>
  new Response(JSON.stringify({ status, code, title: code, detail: 'An explanation.' }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
const ok = () => new Response('{"id":"1"}', { headers: json });

let answers: (Response | Error)[];
let sent: { method: string; url: string; headers: Headers; body: string }[];
let options: ClientOptions;
let client: Client;
const keys = () => sent.map(({ headers }) => headers.get('idempotency-key'));

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  sent = [];
  options = {
    url: 'https://api.example/',
    token: async () => `token-${sent.length}`,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      const { method, url, headers } = request;
      sent.push({ method, url, headers, body: await request.text() });
      const answer = answers.shift() ?? ok();
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  client = createClient(options);
});

afterEach(() => vi.useRealTimers());

/** The outcome of a call, with all timers run. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  const settled = call.catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return settled;
}

test('call sends the parameters, headers and body of the operation', async () => {
  const body = { start: '2026-12-01T10:00', end: '2026-12-01T11:00', timezone: 'Europe/Berlin' };
  await client.checkForJob({
    params: { id },
    body,
    idempotencyKey: 'once',
    ifMatch: 3,
    headers: { traceparent: 'a trace' },
  });
  const [request] = sent;
  expect(request).toMatchObject({ method: 'POST', url: `https://api.example/jobs/${id}/schedule/check` });
  expect(JSON.parse(request?.body ?? '')).toEqual(body);
  expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
    authorization: 'Bearer token-0',
    'content-type': 'application/json',
    'idempotency-key': 'once',
    'if-match': '"3"',
    traceparent: 'a trace',
  });
});

test('call sends no absent body or header', async () => {
  await client.getAssignment({ params: { id: 'a/b?' } });
  await client.listAssignments();
  expect(sent[0]?.url).toBe('https://api.example/assignments/a%2Fb%3F');
  await client.listAssignments({ query: { status: ['CONFIRMED', 'PROPOSED'], sort: 'start' } });
  expect(sent[2]?.url).toBe('https://api.example/assignments?status=CONFIRMED%2CPROPOSED&sort=start');
  expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({ authorization: 'Bearer token-0' });
});

test('a list in the query is sent as one value, and what is absent is left out', async () => {
  await client.listAssignments({ query: { status: ['PROPOSED', 'CONFIRMED'], limit: 5 } });
  expect(new URL(sent[0]?.url ?? '').search).toBe('?status=PROPOSED%2CCONFIRMED&limit=5');
  expect(new URL(sent[0]?.url ?? '').searchParams.get('status')).toBe('PROPOSED,CONFIRMED');
});

test('a refusal is thrown as an error with the whole problem', async () => {
  answers = [problem(409, 'window-taken')];
  const error = await outcome(client.getJob({ params: { id } }));
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({
    message: `GET /jobs/${id} was answered 409 window-taken: An explanation.`,
    problem: { status: 409, code: 'window-taken' },
  });
});

test('withResponse shows the ETag, the version, the Location and replays', async () => {
  const headers = { ...json, etag: '"3"', location: '/jobs/1', 'idempotent-replayed': 'true' };
  answers = [new Response('{"id":"1"}', { status: 201, headers })];
  const body = { title: 'A tap', timezone: 'Europe/Berlin', price: { amountMinor: 1, currency: 'EUR' } };
  expect(await client.createJob({ body }).withResponse()).toMatchObject({
    body: { id: '1' },
    status: 201,
    etag: '"3"',
    version: 3,
    location: '/jobs/1',
    isReplayed: true,
  });
  expect(await client.getJob({ params: { id } }).withResponse()).toMatchObject({
    etag: null,
    version: null,
    location: null,
    isReplayed: false,
  });
});

test('values that a later release has added are UNKNOWN, wherever they are', async () => {
  const action = { name: 'negotiate', allowed: false, because: 'not-your-turn' };
  const page = { items: [{ status: 'CONFIRMED', payoutStatus: 'SHREDDED', actions: [action] }, { status: 'LOST' }] };
  answers = [new Response(JSON.stringify(page), { headers: json })];
  expect(await client.listAssignments()).toEqual({
    items: [
      {
        status: 'CONFIRMED',
        payoutStatus: 'UNKNOWN',
        actions: [{ name: 'UNKNOWN', allowed: false, because: 'UNKNOWN' }],
      },
      { status: 'UNKNOWN' },
    ],
  });
  answers = [problem(409, 'moon-in-the-way')];
  const error = await outcome(client.getJob({ params: { id } }));
  expect(error).toMatchObject({ code: 'UNKNOWN', status: 409, message: expect.stringContaining('moon-in-the-way') });
});

test('a response from something other than the API is thrown as an error', async () => {
  answers = [new Response('<h1>Welcome to the hotel</h1>', { headers: { 'content-type': 'text/html' } })];
  expect(await outcome(client.getJob({ params: { id } }))).toBeInstanceOf(UnexpectedAnswerError);
});

describe('retrying', () => {
  const away = () => problem(503, 'unavailable', { 'retry-after': '2' });

  test('a read is retried with a new token after the requested pause', async () => {
    answers = [away(), new TypeError('fetch failed')];
    const startedAt = Date.now();
    expect(await outcome(client.getJob({ params: { id } }))).toEqual({ id: '1' });
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(2_000);
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual([
      'Bearer token-0',
      'Bearer token-1',
      'Bearer token-2',
    ]);
  });

  test('a command is retried with one key, also while the first attempt is running', async () => {
    answers = [new TypeError('fetch failed'), problem(409, 'idempotency-in-flight')];
    expect(await outcome(client.confirmSchedule({ params: { id }, idempotencyKey: 'k' }))).toEqual({ id: '1' });
    expect(keys()).toEqual(['k', 'k', 'k']);

    sent = [];
    answers = [new TypeError('fetch failed'), away()];
    expect(await outcome(client.confirmSchedule({ params: { id } }))).toEqual({ id: '1' });
    const [key] = keys();
    expect(key).toMatch(/^[0-9a-f]{32}$/);
    expect(keys()).toEqual([key, key, key]);

    await outcome(client.confirmSchedule({ params: { id } }));
    await outcome(client.confirmSchedule({ params: { id }, headers: { 'Idempotency-Key': 'mine' } }));
    expect(keys()[3]).not.toBe(key);
    expect(keys()[4]).toBe('mine');
  });

  test('a client that never retries sends no key of its own', async () => {
    await createClient({ ...options, retries: 0 }).confirmSchedule({ params: { id } });
    expect(keys()).toEqual([null]);
  });

  test('a refused token is replaced once, and only by another one', async () => {
    answers = [problem(401, 'unauthenticated')];
    const refused: (string | undefined)[] = [];
    const token = (old?: string) => {
      refused.push(old);
      return old ? 'fresh' : 'stale';
    };
    expect(await outcome(createClient({ ...options, token }).getJob({ params: { id } }))).toEqual({ id: '1' });
    expect(sent.map(({ headers }) => headers.get('authorization'))).toEqual(['Bearer stale', 'Bearer fresh']);
    expect(refused).toEqual([undefined, 'stale']);

    sent = [];
    answers = [problem(401, 'unauthenticated'), problem(401, 'unauthenticated')];
    expect(await outcome(createClient({ ...options, token }).getJob({ params: { id } }))).toMatchObject({
      status: 401,
    });
    expect(sent).toHaveLength(2);
  });

  test('a date in Retry-After is honoured', async () => {
    const at = new Date(Date.now() + 20_000).toUTCString();
    answers = [problem(503, 'unavailable', { 'retry-after': at })];
    const startedAt = Date.now();
    await outcome(client.getJob({ params: { id } }));
    expect(Date.now() - startedAt).toBeGreaterThanOrEqual(19_000);
  });

  test('it ends after two retries with the last response', async () => {
    answers = [away(), away(), away()];
    expect(await outcome(client.getJob({ params: { id } }))).toMatchObject({ problem: { code: 'unavailable' } });
    expect(sent).toHaveLength(3);
  });

  test.each([400, 404, 409, 412, 422, 500])('a %i is final', async (status) => {
    answers = [problem(status, 'some-code')];
    expect(await outcome(client.getJob({ params: { id } }))).toMatchObject({ problem: { status } });
    expect(sent).toHaveLength(1);
  });

  test('a requested pause over half a minute is final', async () => {
    answers = [problem(429, 'too-many-open-jobs', { 'retry-after': '3600' })];
    expect(await outcome(client.getJob({ params: { id } }))).toMatchObject({ problem: { code: 'too-many-open-jobs' } });
    expect(sent).toHaveLength(1);
  });

  test('an abort ends the pause', async () => {
    answers = [away()];
    const giving = new AbortController();
    const call = outcome(client.getJob({ params: { id }, signal: giving.signal }));
    giving.abort(new Error('Left the screen.'));
    expect(await call).toEqual(new Error('Left the screen.'));
    expect(sent.length).toBeLessThanOrEqual(1);
  });
});
