import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Change, createClient, ProblemError } from '../index.ts';

const id = '01936f2a-7c10-7000-8000-000000000002';

let answers: (Response | Error)[];
let asked: Headers[];
let token: () => string | Promise<string>;
let seen: string[];
beforeEach(() => {
  vi.useFakeTimers();
  [answers, asked, seen] = [[], [], []];
  token = () => `token-${asked.length}`;
});
afterEach(() => vi.useRealTimers());

/** Opens the stream; `done` settles when the loop over it does. */
function open(signal?: AbortSignal) {
  const client = createClient({
    url: 'https://api.example',
    token: () => token(),
    fetch: async (input, init) => {
      const request = new Request(input, init);
      expect(request.url).toBe(`https://api.example/assignments/${id}/changes`);
      asked.push(request.headers);
      const answer = answers.shift() ?? new Error('The network is away.');
      if (answer instanceof Error) throw answer;
      return answer;
    },
  });
  const onRestart = async () => {
    await Promise.resolve();
    seen.push('read again');
  };
  const iterate = async () => {
    for await (const change of await client.streamChanges({ params: { id }, signal, onRestart })) seen.push(change.id);
  };
  const done = iterate();
  done.catch(() => undefined);
  return done;
}

const change = (number: number) =>
  `event: schedule.proposed\nid: cursor-${number}\ndata: ${JSON.stringify({ id: `event-${number}` } satisfies Partial<Change>)}\n\n`;

/** A stream that sends these pieces one by one, and then ends or stays open. */
function stream(pieces: (string | Uint8Array)[], { stays = false } = {}): Response {
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    start: (controller) => {
      for (const piece of pieces) controller.enqueue(typeof piece === 'string' ? encoder.encode(piece) : piece);
      if (!stays) controller.close();
    },
  });
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } });
}

const problem = (status: number, code: string, headers = {}) =>
  new Response(JSON.stringify({ status, code, title: code, detail: 'An explanation.' }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  });

test('an ended stream resumes at its position with a new token after the requested pause', async () => {
  answers = [
    stream([': open\nretry: 2500\nid: cursor-0\n\n', change(1)]),
    stream(['id: cursor-7\n\n']),
    problem(404, 'not-found'),
  ];
  const done = open();
  await vi.advanceTimersByTimeAsync(2_400);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(200);
  expect(asked).toHaveLength(2);
  await vi.runAllTimersAsync();
  await expect(done).rejects.toThrow(ProblemError);
  expect(seen).toEqual(['event-1']);
  expect(asked.map((headers) => [headers.get('authorization'), headers.get('last-event-id')])).toEqual([
    ['Bearer token-0', null],
    ['Bearer token-1', 'cursor-1'],
    // Also an id without a change.
    ['Bearer token-2', 'cursor-7'],
  ]);
});

test('it survives a long network outage and 503 responses', async () => {
  const away = Array.from({ length: 20 }, () => new Error('The network is away.'));
  answers = [stream([change(1)]), ...away, problem(503, 'unavailable', { 'retry-after': '5' }), stream([change(2)])];
  answers.push(problem(403, 'forbidden'));
  const done = open();
  await vi.runAllTimersAsync();
  await expect(done).rejects.toMatchObject({ problem: { code: 'forbidden' } });
  expect(seen).toEqual(['event-1', 'event-2']);
});

test('after an expired position it reports the gap and starts without a position', async () => {
  answers = [stream([change(1)]), problem(410, 'cursor-expired'), new Error('The network is away.')];
  answers.push(
    problem(429, 'too-many-streams', { 'retry-after': '5' }),
    stream([change(9)]),
    problem(404, 'not-found'),
  );
  const done = open();
  await vi.runAllTimersAsync();
  await expect(done).rejects.toMatchObject({ problem: { code: 'not-found' } });
  expect(seen).toEqual(['event-1', 'read again', 'event-9']);
  expect(asked.map((headers) => headers.get('last-event-id'))).toEqual([
    null,
    'cursor-1',
    null,
    null,
    null,
    'cursor-9',
  ]);
});

test('a 410 to a request without a position is thrown', async () => {
  answers = [stream([': open\n\n']), problem(410, 'cursor-expired')];
  const done = open();
  await vi.runAllTimersAsync();
  await expect(done).rejects.toMatchObject({ problem: { code: 'cursor-expired' } });
});

test('a silent connection is closed and opened again', async () => {
  answers = [stream([change(1)], { stays: true }), problem(404, 'not-found')];
  const done = open();
  await vi.advanceTimersByTimeAsync(40_000);
  expect(asked).toHaveLength(1);
  await vi.advanceTimersByTimeAsync(10_000);
  await expect(done).rejects.toThrow(ProblemError);
});

test('an abort ends it while reading and while waiting', async () => {
  for (const answer of [stream([change(1)], { stays: true }), stream([change(1)])]) {
    answers = [answer];
    const leaving = new AbortController();
    const done = open(leaving.signal);
    await vi.advanceTimersByTimeAsync(500);
    leaving.abort();
    await vi.runAllTimersAsync();
    await expect(done).resolves.toBeUndefined();
  }
  expect(seen).toEqual(['event-1', 'event-1']);
  expect(asked).toHaveLength(2);
});

test('a refusal of the first request is thrown at once', async () => {
  answers = [problem(404, 'not-found')];
  await expect(open()).rejects.toMatchObject({ problem: { code: 'not-found' } });
});

test('a failing token source is thrown', async () => {
  answers = [stream([change(1)])];
  const done = open();
  token = () => Promise.reject(new Error('Sign in again.'));
  await vi.runAllTimersAsync();
  await expect(done).rejects.toThrow('Sign in again.');
});

test.each([
  ['in one piece', (text: string) => [text]],
  ['byte by byte', (text: string) => [...new TextEncoder().encode(text)].map((byte) => Uint8Array.of(byte))],
  ['with CRLF', (text: string) => [...text.replaceAll('\n', '\r\n')]],
  ['with CR', (text: string) => [...text.replaceAll('\n', '\r'), '\n']],
])('events are read whole %s', async (_how, cut) => {
  const data = ['{"id":', '"é\u2028 : \\u0000"}'].map((line) => `data: ${line}\n`).join('');
  answers = [stream(cut(`: comment\nnonsense\nid: a\u0000b\nid:cursor-1\n${data}\n`)), problem(404, 'not-found')];
  const done = open();
  await vi.runAllTimersAsync();
  await expect(done).rejects.toThrow(ProblemError);
  expect(seen).toEqual(['é\u2028 : \u0000']);
  expect(asked[1]?.get('last-event-id')).toBe('cursor-1');
});
