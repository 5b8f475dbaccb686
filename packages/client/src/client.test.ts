import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Client, createClient, ProblemError, UnexpectedAnswerError } from './index.ts';

const id = '01936f2a-7c10-7000-8000-000000000001';
const json = { 'content-type': 'application/json; charset=utf-8' };
const problem = (status: number, code: string, headers = {}) =>
  new Response(JSON.stringify({ status, code, title: code, detail: 'Told in words.' }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });
const ok = () => new Response('{"id":"1"}', { headers: json });

let answers: (Response | Error)[];
let sent: { method: string; url: string; headers: Headers; body: string }[];
let client: Client;

beforeEach(() => {
  vi.useFakeTimers();
  answers = [];
  sent = [];
  client = createClient({
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
  });
});

afterEach(() => vi.useRealTimers());

/** What comes of a call, however long its pauses are. */
async function outcome(call: Promise<unknown>): Promise<unknown> {
  const settled = call.catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return settled;
}

test('it sends what the operation takes', async () => {
  const body = { start: '2026-12-01T10:00', end: '2026-12-01T11:00', timezone: 'Europe/Berlin' };
  await client.proposeForJob({
    params: { id },
    query: { dryRun: 'true' },
    body,
    idempotencyKey: 'once',
    ifMatch: 3,
    headers: { traceparent: 'a trace' },
  });
  const [request] = sent;
  expect(request).toMatchObject({ method: 'POST', url: `https://api.example/jobs/${id}/schedule?dryRun=true` });
  expect(JSON.parse(request?.body ?? '')).toEqual(body);
  expect(Object.fromEntries(request?.headers ?? [])).toMatchObject({
    authorization: 'Bearer token-0',
    'content-type': 'application/json',
    'idempotency-key': 'once',
    'if-match': '"3"',
    traceparent: 'a trace',
  });
});

test('it sends no body and no header that is not there', async () => {
  await client.confirmSchedule({ params: { id: 'a/b?' } });
  await client.listAssignments();
  expect(sent[0]?.url).toBe('https://api.example/assignments/a%2Fb%3F/schedule/confirm');
  expect(Object.fromEntries(sent[0]?.headers ?? [])).toEqual({ authorization: 'Bearer token-0' });
});

test('what the API refuses is an error with the whole problem', async () => {
  answers = [problem(409, 'window-taken')];
  const error = await outcome(client.getJob({ params: { id } }));
  expect(error).toBeInstanceOf(ProblemError);
  expect(error).toMatchObject({
    message: `GET /jobs/${id} was answered 409 window-taken: Told in words.`,
    problem: { status: 409, code: 'window-taken' },
  });
});

test('an answer of somebody else is an error, too', async () => {
  answers = [new Response('<h1>Welcome to the hotel</h1>', { headers: { 'content-type': 'text/html' } })];
  expect(await outcome(client.getJob({ params: { id } }))).toBeInstanceOf(UnexpectedAnswerError);
});

describe('repeating', () => {
  const away = () => problem(503, 'unavailable', { 'retry-after': '2' });

  test('a read is repeated, with a fresh token, after the pause that was asked for', async () => {
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

  test('a command is repeated with its key, also while its first try is under way, and not without one', async () => {
    answers = [new TypeError('fetch failed'), problem(409, 'idempotency-in-flight')];
    expect(await outcome(client.confirmSchedule({ params: { id }, idempotencyKey: 'k' }))).toEqual({ id: '1' });
    expect(sent.map(({ headers }) => headers.get('idempotency-key'))).toEqual(['k', 'k', 'k']);

    answers = [away()];
    expect(await outcome(client.confirmSchedule({ params: { id } }))).toMatchObject({ problem: { status: 503 } });
    expect(sent).toHaveLength(4);
  });

  test('it ends after two, with the last answer', async () => {
    answers = [away(), away(), away()];
    expect(await outcome(client.getJob({ params: { id } }))).toMatchObject({ problem: { code: 'unavailable' } });
    expect(sent).toHaveLength(3);
  });

  test.each([400, 401, 404, 409, 412, 422, 500])('a %i is final', async (status) => {
    answers = [problem(status, 'some-code')];
    expect(await outcome(client.getJob({ params: { id } }))).toMatchObject({ problem: { status } });
    expect(sent).toHaveLength(1);
  });

  test('an answer that asks for a pause longer than half a minute is final', async () => {
    answers = [problem(429, 'too-many-open-jobs', { 'retry-after': '3600' })];
    expect(await outcome(client.getJob({ params: { id } }))).toMatchObject({ problem: { code: 'too-many-open-jobs' } });
    expect(sent).toHaveLength(1);
  });

  test('who gives up waits no longer', async () => {
    answers = [away()];
    const giving = new AbortController();
    const call = outcome(client.getJob({ params: { id }, signal: giving.signal }));
    giving.abort(new Error('Left the screen.'));
    expect(await call).toEqual(new Error('Left the screen.'));
    expect(sent.length).toBeLessThanOrEqual(1);
  });
});
