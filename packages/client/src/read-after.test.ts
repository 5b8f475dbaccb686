import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { type Assignment, type Change, type Client, createClient, StaleError } from './index.ts';

const id = '01936f2a-7c10-7000-8000-000000000003';

/** What the API answers, and how long it takes. */
let answers: { state: Partial<Assignment>; afterMs?: number }[];
let asked: string[];
let client: Client;

beforeEach(() => {
  vi.useFakeTimers();
  [answers, asked] = [[], []];
  client = createClient({
    url: 'https://api.example',
    fetch: async (input) => {
      asked.push(String(input).replace(`https://api.example/assignments/${id}`, ''));
      const { state, afterMs = 0 } = (answers.length > 1 ? answers.shift() : answers[0]) ?? { state: {} };
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      return new Response(JSON.stringify({ id, ...state }), { headers: { 'content-type': 'application/json' } });
    },
  });
});

afterEach(() => vi.useRealTimers());

const change = (source: string, sequence: number) =>
  ({ source, subject: id, sequence: String(sequence).padStart(10, '0'), data: {} }) as unknown as Change;
const state = (scheduleVersion: number, payoutVersion: number | null = null, reminderSequence: number | null = null) =>
  ({ scheduleVersion, payoutVersion, reminderSequence }) as Partial<Assignment>;
const ran = async <T>(call: Promise<T>) => {
  const settled = call.catch((error: unknown) => error);
  await vi.runAllTimersAsync();
  return settled;
};

test.each([
  ['/scheduling', '', state(4), state(5)],
  ['/payouts', '?minPayoutVersion=5', state(9, null), state(9, 5)],
  ['/reminders', '?minReminderSequence=5', state(9, 3, 4), state(9, 3, 6)],
])('it asks until a change of %s is shown', async (source, query, older, newer) => {
  answers = [{ state: older }, { state: older }, { state: newer }];
  expect(await ran(client.readAfter(change(source, 5)))).toMatchObject(newer);
  expect(asked).toEqual([query, query, query]);
});

test('an answer that is overtaken by a newer one is read again', async () => {
  answers = [{ state: state(1, 1), afterMs: 5_000 }, { state: state(2, 2) }];
  const reads = Promise.all([1, 2].map((number) => client.readAfter(change('/scheduling', number))));
  expect(await ran(reads)).toMatchObject([state(2, 2), state(2, 2)]);
  expect(asked).toHaveLength(3);
});

test('it reads after an answer of the API, too', async () => {
  answers = [{ state: state(6) }, { state: state(7) }];
  expect(await ran(client.readAfter({ id, ...state(7) } as Assignment))).toMatchObject(state(7));
});

test('it gives up in time instead of showing an older state', async () => {
  answers = [{ state: state(1, 1) }];
  expect(await ran(client.readAfter(change('/payouts', 2), { withinMs: 5_000 }))).toBeInstanceOf(StaleError);
});
