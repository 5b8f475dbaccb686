import { expect, test } from 'vitest';
import type { DefiniteResponse, Sender } from '../load/retrying-sender.ts';
import { recordHistory } from './record-history.ts';

const by = { id: 'user', token: '' };
const window = { start: '2026-12-01T09:00:00.000Z', end: '2026-12-01T10:00:00.000Z' };
const assignment = (id: string, scheduleVersion: number) => ({
  id,
  status: 'PROPOSED',
  providerId: 'provider',
  scheduleVersion,
  scheduledStart: window.start,
  scheduledEnd: window.end,
  payoutVersion: null,
  reminderSequence: 4,
});
const shown = (id: string, version: number) => ({
  ...{ id, version, status: 'PROPOSED', providerId: 'provider', ...window },
  ...{ payoutVersion: null, reminderSequence: 4 },
});

function answering(answer: Partial<DefiniteResponse> | Error): Sender {
  return {
    send: async () => {
      if (answer instanceof Error) throw answer;
      const plain = { status: 200, code: undefined, body: undefined, etag: undefined, attempts: 1 };
      return { ...plain, sentAt: performance.now(), ...answer };
    },
    close: async () => undefined,
  };
}

const proposal = { name: 'propose', aggregate: 'assignment', id: 'a' } as const;
const request = { by, method: 'POST', path: '/assignments/a/schedule', body: window, ifMatch: 3 } as const;

test('recordHistory records an accepted command with the state it was answered', async () => {
  const { history, command } = recordHistory(answering({ body: assignment('a', 4) }));
  await command(proposal, request);
  expect(history).toEqual([
    {
      ...{ aggregate: 'assignment', id: 'a', client: 'user', command: 'propose', ifVersion: 3, window },
      ...{ call: expect.any(Number), return: expect.any(Number), outcome: 'accepted', seen: shown('a', 4) },
    },
  ]);
});

test('recordHistory leaves a command without an answer open', async () => {
  const { history, command } = recordHistory(answering(new Error('no answer')));
  await expect(command(proposal, request)).rejects.toThrow('no answer');
  expect(history).toMatchObject([{ command: 'propose', return: undefined, outcome: 'unknown' }]);
});

test('recordHistory leaves a command open when an attempt before its refusal had no answer', async () => {
  const refused = { status: 412, code: 'precondition-failed', body: { currentAssignment: assignment('a', 5) } };
  const { history, command } = recordHistory(answering({ ...refused, attempts: 2 }));
  await command(proposal, request);
  expect(history).toMatchObject([
    { outcome: 'refused', code: 'precondition-failed', return: expect.any(Number), seen: shown('a', 5) },
    { outcome: 'unknown', return: undefined },
  ]);
});

test('recordHistory records each assignment of a list from the attempt that was answered', async () => {
  const { history, read } = recordHistory(
    answering({ body: { items: [assignment('a', 1), assignment('b', 2)], nextCursor: null }, sentAt: 7, attempts: 3 }),
  );
  await read({ by, method: 'GET', path: '/assignments' });
  expect(history.map(({ call, seen }) => [call, seen])).toEqual([
    [7, shown('a', 1)],
    [7, shown('b', 2)],
  ]);
});

test('recordHistory refuses a body that has another version than its ETag', async () => {
  const { read } = recordHistory(answering({ body: assignment('a', 4), etag: '"3"' }));
  await expect(read({ by, method: 'GET', path: '/assignments/a' })).rejects.toThrow('The ETag "3" came with');
});
