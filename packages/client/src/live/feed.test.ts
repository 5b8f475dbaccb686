import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Change, createClient, type FeedOptions } from '../index.ts';

/** The answers to come; without one there is no network. */
let answers: (Response | 'hangs')[];
let asked: { query: string; accept: string | null; position: string | null }[];
let seen: string[];
let content: Map<string, string>;
let leaving: AbortController;

beforeEach(() => {
  vi.useFakeTimers();
  [answers, asked, seen] = [[], [], []];
  content = new Map();
  leaving = new AbortController();
});

afterEach(() => {
  leaving.abort();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

const storage = {
  getItem: (key: string) => content.get(key) ?? null,
  setItem: async (key: string, value: string) => void content.set(key, value),
};

/** Follows the feed; `done` resolves with the error that ended it, if any. */
function follow(options: FeedOptions = {}, act: (change: Change) => void | Promise<void> = () => {}) {
  const client = createClient({
    url: 'https://api.example',
    token: () => 'token',
    fetch: async (input, init) => {
      const { headers, signal } = new Request(input, init);
      const query = String(input).replace('https://api.example/changes', '');
      asked.push({ query, accept: headers.get('accept'), position: headers.get('last-event-id') });
      const answer = answers.shift();
      if (!answer) throw new TypeError('fetch failed');
      if (answer !== 'hangs') return answer;
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason)));
    },
  });
  const onStart: FeedOptions['onStart'] = ({ isGap }) => void seen.push(isGap ? 'gap' : 'start');
  const run = async () => {
    for await (const change of client.feed({ signal: leaving.signal, onStart, ...options })) {
      seen.push(change.id);
      await act(change);
    }
  };
  return { done: run().catch((error: unknown) => error) };
}

const event = (number: number, type = 'schedule.proposed') => ({ id: `event-${number}`, type, data: {} });
const page = (numbers: number[], nextCursor: string) =>
  new Response(JSON.stringify({ items: numbers.map((number) => event(number)), nextCursor }), {
    headers: { 'content-type': 'application/json; charset=utf-8' },
  });
const problem = (status: number, code: string) =>
  new Response(JSON.stringify({ status, code, title: code, detail: 'An explanation.' }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  });
const stream = (text: string, type = 'text/event-stream') => new Response(text, { headers: { 'content-type': type } });
const message = (number: number) => `id: c${number}\ndata: ${JSON.stringify(event(number))}\n\n`;
const opening = ': open\nretry: 1000\nid: c0\n\n';

test('a stream starts now, resumes where it was, and reports the start once', async () => {
  answers = [stream(opening + message(1)), stream(`: open\n\n${message(2)}`), problem(403, 'forbidden')];
  const { done } = follow();
  await vi.runAllTimersAsync();
  expect(await done).toMatchObject({ code: 'forbidden' });
  expect(seen).toEqual(['start', 'event-1', 'event-2']);
  expect(asked).toEqual([
    { query: '', accept: 'text/event-stream', position: null },
    { query: '', accept: 'text/event-stream', position: 'c1' },
    { query: '', accept: 'text/event-stream', position: 'c2' },
  ]);
});

test('long polling starts now and goes on from page to page', async () => {
  answers = [page([], 'c0'), page([1, 2], 'c2'), page([], 'c2'), page([3], 'c3'), problem(403, 'forbidden')];
  const { done } = follow({ transport: 'poll' });
  await vi.runAllTimersAsync();
  expect(await done).toMatchObject({ code: 'forbidden' });
  expect(seen).toEqual(['start', 'event-1', 'event-2', 'event-3']);
  expect(asked.map(({ query }) => query)).toEqual([
    '',
    ...['c0', 'c2', 'c2', 'c3'].map((cursor) => `?cursor=${cursor}&limit=100&wait=25`),
  ]);
});

test.each([
  ['a platform that cannot read a response while it arrives', () => vi.stubGlobal('TextDecoder', undefined)],
  ['React Native’s fetch', () => vi.stubGlobal('Response', class {})],
])('%s polls by itself', async (_platform, prepare) => {
  answers = [page([], 'c0'), page([1], 'c1')];
  prepare();
  follow();
  await vi.advanceTimersByTimeAsync(100);
  expect(seen).toEqual(['start', 'event-1']);
  expect(new Set(asked.map(({ accept }) => accept))).toEqual(new Set(['application/json']));
});

test('a proxy that holds the stream back makes it poll', async () => {
  const held = new Response(new ReadableStream(), { headers: { 'content-type': 'text/event-stream' } });
  answers = [held, page([], 'c0'), page([1], 'c1')];
  follow();
  await vi.advanceTimersByTimeAsync(12_000);
  expect(asked.map(({ accept }) => accept).slice(0, 3)).toEqual([
    'text/event-stream',
    'application/json',
    'application/json',
  ]);
  expect(seen).toEqual(['start', 'event-1']);
});

test('a fetch that shows no body makes it poll', async () => {
  const whole = Object.defineProperty(stream(opening), 'body', { value: undefined });
  answers = [whole, page([], 'c0'), page([1], 'c1')];
  follow();
  await vi.advanceTimersByTimeAsync(1_000);
  expect(seen).toEqual(['start', 'event-1']);
});

test('it closes the connection when the app fails to read at the start', async () => {
  let isClosed = false;
  const pieces = new ReadableStream({
    start: (controller) => controller.enqueue(new TextEncoder().encode(opening)),
    cancel: () => {
      isClosed = true;
    },
  });
  answers = [new Response(pieces, { headers: { 'content-type': 'text/event-stream' } })];
  const onStart = () => Promise.reject(new Error('No such screen.'));
  expect(await follow({ onStart }).done).toMatchObject({ message: 'No such screen.' });
  expect(isClosed).toBe(true);
});

test('it waits for the network, the gateway and the hotel’s sign-in page', async () => {
  const hotel = stream('<h1>Welcome to the hotel</h1>', 'text/html');
  answers = [
    'hangs',
    hotel,
    problem(503, 'unavailable'),
    problem(429, 'too-many-streams'),
    stream(opening + message(1)),
  ];
  follow({ transport: 'stream' });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(seen).toEqual(['start', 'event-1']);
});

test.each(['stream', 'poll'] as const)('after a restart a %s goes on at the stored position', async (transport) => {
  answers = transport === 'stream' ? [stream(opening + message(1))] : [page([], 'c0'), page([1], 'c1')];
  follow({ transport, storage, userId: 'u1' });
  await vi.advanceTimersByTimeAsync(500);
  expect(seen).toEqual(['start', 'event-1']);
  leaving.abort();

  [asked, leaving] = [[], new AbortController()];
  answers = transport === 'stream' ? [stream(`: open\n\n${message(2)}`)] : [page([2], 'c2')];
  follow({ transport, storage, userId: 'u1' });
  await vi.advanceTimersByTimeAsync(500);
  expect(seen).toEqual(['start', 'event-1', 'event-2']);
  expect(asked[0]).toMatchObject(
    transport === 'stream' ? { position: 'c1' } : { query: expect.stringContaining('=c1&') },
  );
});

test('a change that was not processed before the app ended comes again, and no other', async () => {
  answers = [page([], 'c0'), page([1, 2, 3], 'c3')];
  const dies = (change: Change) => {
    if (change.id === 'event-2') throw new Error('The app was killed.');
  };
  const { done } = follow({ transport: 'poll', storage, userId: 'u1' }, dies);
  await vi.advanceTimersByTimeAsync(100);
  expect(await done).toMatchObject({ message: 'The app was killed.' });

  answers = [page([1, 2, 3], 'c3')];
  follow({ transport: 'poll', storage, userId: 'u1' });
  await vi.advanceTimersByTimeAsync(100);
  expect(seen).toEqual(['start', 'event-1', 'event-2', 'event-2', 'event-3']);
});

test.each(['stream', 'poll'] as const)(
  'a position that is too old makes a %s start again, after the app has read',
  async (transport) => {
    const isStream = transport === 'stream';
    answers = [
      isStream ? stream(opening + message(1)) : page([], 'c0'),
      problem(410, 'cursor-expired'),
      isStream ? stream(`: open\nid: c8\n\n${message(9)}`) : page([], 'c8'),
      isStream ? stream(': open\n\n') : page([9], 'c9'),
    ];
    follow({ transport, storage, userId: 'u1' });
    await vi.advanceTimersByTimeAsync(10_000);
    expect(seen).toEqual(isStream ? ['start', 'event-1', 'gap', 'event-9'] : ['start', 'gap', 'event-9']);
  },
);

test('a stored position that is too old is a gap, too', async () => {
  answers = [page([], 'c0')];
  follow({ transport: 'poll', storage, userId: 'u1' });
  await vi.advanceTimersByTimeAsync(100);
  leaving.abort();
  leaving = new AbortController();
  answers = [problem(410, 'cursor-expired'), page([], 'c8')];
  follow({ transport: 'poll', storage, userId: 'u1' });
  await vi.advanceTimersByTimeAsync(100);
  expect(seen).toEqual(['start', 'gap']);
});

test('changes of a later release are UNKNOWN, and unknown values in known ones', async () => {
  const items = [
    { id: '1', type: 'schedule.teleported', data: { to: 'Mars' } },
    { id: '2', type: 'schedule.rejected', data: { outcome: 'AUCTIONED', actor: { id: null, role: 'robot' } } },
  ];
  answers = [
    page([], 'c0'),
    new Response(JSON.stringify({ items, nextCursor: 'c1' }), { headers: { 'content-type': 'application/json' } }),
  ];
  const changes: Change[] = [];
  follow({ transport: 'poll' }, (change) => void changes.push(change));
  await vi.advanceTimersByTimeAsync(100);
  expect(changes).toEqual([
    { id: '1', type: 'UNKNOWN', data: { to: 'Mars' } },
    { id: '2', type: 'schedule.rejected', data: { outcome: 'UNKNOWN', actor: { id: null, role: 'UNKNOWN' } } },
  ]);
});

test('pages that come back empty at once are not asked for without a pause', async () => {
  answers = Array.from({ length: 100 }, () => page([], 'c0'));
  follow({ transport: 'poll' });
  await vi.advanceTimersByTimeAsync(5_500);
  expect(asked.length).toBeLessThan(9);
});

test('an abort ends it quietly in every state', async () => {
  for (const state of [[], ['hangs' as const], [stream(opening + message(1))]]) {
    answers = state;
    leaving = new AbortController();
    const { done } = follow();
    await vi.advanceTimersByTimeAsync(300);
    leaving.abort();
    await vi.advanceTimersByTimeAsync(0);
    expect(await done).toBeUndefined();
  }
});

test('a feed with a storage asks for the user whose position it is', async () => {
  expect(await follow({ storage }).done).toBeInstanceOf(TypeError);
});
