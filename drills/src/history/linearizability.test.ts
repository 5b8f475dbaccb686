import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findCommand } from '@punctual/devstack';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ClientOperation, Shown } from './client-operation.ts';
import { type FindAnomalies, openLinearizability } from './linearizability.ts';

const hasGo = (await findCommand(process.env, 'go')) !== undefined;

const one = { start: '2026-12-01T09:00:00.000Z', end: '2026-12-01T10:00:00.000Z' };
const two = { start: '2026-12-02T09:00:00.000Z', end: '2026-12-02T10:00:00.000Z' };
const none = { start: null, end: null };

type Given = Partial<ClientOperation> & Pick<ClientOperation, 'command' | 'outcome'>;

/** Operations on one assignment, with the times of their call and return. */
function history(...steps: [call: number, end: number | undefined, given: Given][]): ClientOperation[] {
  return steps.map(([call, end, given]) => ({
    aggregate: 'assignment',
    id: 'a',
    client: given.command,
    call,
    return: end,
    ...given,
  }));
}

function shows(version: number, status: string, window: { start: string | null; end: string | null }): { seen: Shown } {
  return {
    seen: { id: 'a', providerId: 'p', version, status, ...window, payoutVersion: null, reminderSequence: null },
  };
}

const read = (...seen: Parameters<typeof shows>): Given => ({ command: 'read', outcome: 'read', ...shows(...seen) });
const propose = { command: 'propose', outcome: 'accepted', window: one, ...shows(1, 'PROPOSED', one) } as const;
const confirm = { command: 'confirm', outcome: 'accepted', ...shows(2, 'CONFIRMED', one) } as const;
const cancel = { command: 'cancel', outcome: 'accepted', ...shows(3, 'CANCELLED', one) } as const;

const good: [what: string, operations: ClientOperation[]][] = [
  [
    'commands one after another',
    history([0, 1, read(0, 'UNSCHEDULED', none)], [1, 2, propose], [3, 4, confirm], [5, 6, cancel]),
  ],
  [
    'a read that meets the command',
    history([0, 9, propose], [1, 8, read(0, 'UNSCHEDULED', none)], [2, 7, read(1, 'PROPOSED', one)]),
  ],
  [
    'an expiry that nobody asked for',
    history([0, 1, propose], [2, 3, read(1, 'PROPOSED', one)], [4, 5, read(2, 'UNSCHEDULED', none)]),
  ],
  [
    'a command on a proposal that has run out',
    history([0, 1, propose], [2, 3, { ...propose, window: two, ...shows(3, 'PROPOSED', two) }]),
  ],
  [
    'a command without an answer that took effect',
    history([0, undefined, { command: 'propose', outcome: 'unknown', window: one }], [5, 6, confirm]),
  ],
  [
    'a command without an answer that took no effect',
    history([0, undefined, { command: 'cancel', outcome: 'unknown' }], [1, 2, propose], [5, 6, confirm]),
  ],
  [
    'a command without an answer that took effect later',
    history(
      [0, 1, propose],
      [2, undefined, { command: 'confirm', outcome: 'unknown' }],
      [3, 4, read(1, 'PROPOSED', one)],
      [5, 6, read(2, 'CONFIRMED', one)],
    ),
  ],
  [
    'a counter-proposal, which is two versions',
    history(
      [0, 1, propose],
      [2, 3, { command: 'reject-window', outcome: 'accepted', counter: two, ...shows(3, 'PROPOSED', two) }],
    ),
  ],
  [
    'two commands for one version, of which one is refused',
    history(
      [0, 1, propose],
      [2, 5, { ...confirm, ifVersion: 1 }],
      [
        2,
        5,
        { ...propose, outcome: 'refused', code: 'precondition-failed', ifVersion: 1, ...shows(2, 'CONFIRMED', one) },
      ],
    ),
  ],
  [
    'a repair that lifts an assignment, after a command that may be lost',
    history(
      [0, 1, propose],
      [2, 6, { command: 'confirm', outcome: 'unknown' }],
      [2, 6, { command: 'lift', outcome: 'accepted', ifVersion: 5 }],
      [7, 8, read(5, 'PROPOSED', one)],
      [9, 10, { ...confirm, ...shows(6, 'CONFIRMED', one) }],
    ),
  ],
  [
    'a refusal without a state',
    history([0, 1, propose], [2, 3, { command: 'confirm', outcome: 'refused', code: 'window-taken' }]),
  ],
];

const bad: [what: string, operations: ClientOperation[]][] = [
  ['a stale read', history([0, 1, propose], [2, 3, confirm], [4, 5, read(1, 'PROPOSED', one)])],
  [
    'reads that go back, within one command',
    history([0, 9, propose], [1, 2, read(1, 'PROPOSED', one)], [3, 4, read(0, 'UNSCHEDULED', none)]),
  ],
  ['a lost command', history([0, 1, propose], [2, 3, read(0, 'UNSCHEDULED', none)])],
  [
    'a lost update: two commands that made the same version',
    history([0, 1, propose], [2, 5, confirm], [2, 5, { ...cancel, ...shows(2, 'CANCELLED', one) }]),
  ],
  [
    'two accepted commands for one version',
    history(
      [0, 1, propose],
      [2, 5, { ...confirm, ifVersion: 1 }],
      [2, 5, { ...propose, window: two, ifVersion: 1, ...shows(3, 'PROPOSED', two) }],
    ),
  ],
  [
    'a command that is refused for the version that it names',
    history([0, 1, propose], [2, 3, { ...confirm, outcome: 'refused', code: 'version-conflict', ifVersion: 1 }]),
  ],
  [
    'a command that is refused although it is possible',
    history(
      [0, 1, propose],
      [2, 3, confirm],
      [4, 5, { command: 'cancel', outcome: 'refused', code: 'invalid-transition', ...shows(2, 'CONFIRMED', one) }],
    ),
  ],
  ['a window that nobody proposed', history([0, 1, { ...propose, ...shows(1, 'PROPOSED', two) }])],
  [
    'a state that nobody made, after a repair',
    history(
      [0, 1, propose],
      [2, 6, { command: 'lift', outcome: 'accepted', ifVersion: 5 }],
      [7, 8, read(5, 'CANCELLED', one)],
    ),
  ],
  [
    'a repair that does not lift',
    history([0, 1, propose], [2, 3, confirm], [4, 6, { command: 'lift', outcome: 'accepted', ifVersion: 2 }]),
  ],
  [
    'a command before the loss that is gone after the repair',
    history(
      [0, 1, propose],
      [2, 3, confirm],
      [4, 6, { command: 'lift', outcome: 'accepted', ifVersion: 5 }],
      [7, 8, read(5, 'PROPOSED', one)],
    ),
  ],
  ['a confirmation of nothing', history([0, 1, { ...confirm, ...shows(1, 'CONFIRMED', none) }])],
  ['an expiry of a confirmed window', history([0, 1, propose], [2, 3, confirm], [4, 5, read(3, 'UNSCHEDULED', none)])],
  [
    'a command without an answer that took effect twice',
    history(
      [0, undefined, { command: 'propose', outcome: 'unknown', window: one }],
      [1, 2, read(1, 'PROPOSED', one)],
      [3, 4, read(2, 'PROPOSED', one)],
    ),
  ],
];

describe.skipIf(!hasGo)('with Go', () => {
  let folder: string;
  let findAnomalies: FindAnomalies;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'histories-'));
    const opened = await openLinearizability(folder, () => undefined);
    if (!opened) throw new Error('The checker could not be built.');
    findAnomalies = opened;
  }, 120_000);

  afterAll(() => rm(folder, { recursive: true, force: true }));

  test.each(good)('findAnomalies accepts %s', async (_what, operations) => {
    expect(await findAnomalies(operations)).toEqual([]);
  });

  test.each(bad)('findAnomalies reports %s', async (_what, operations) => {
    expect(await findAnomalies(operations)).toEqual([expect.objectContaining({ id: 'a', undecided: false })]);
  });

  test('findAnomalies names the assignment, the state and the operation, and draws a picture', async () => {
    const stale = history([0, 1, propose], [2, 3, confirm], [4, 5, read(1, 'PROPOSED', one)]);
    const other = stale.slice(0, 2).map((each) => ({ ...each, id: 'b' }));
    const [found, ...others] = await findAnomalies([...other, ...stale]);
    expect(others).toEqual([]);
    expect(found).toMatchObject({
      id: 'a',
      operations: 3,
      state: `{version 2 CONFIRMED ${one.start}–${one.end}}`,
      unexplained: `read: read (version 1 PROPOSED ${one.start}–${one.end})`,
    });
    expect(await readFile(join(folder, 'a.html'), 'utf8')).toContain('PROPOSED');
  });

  test('findAnomalies checks 20,000 operations of 500 assignments within seconds', async () => {
    const long = Array.from({ length: 500 }, (_, assignment) =>
      history(
        [0, 1, propose],
        [2, 3, confirm],
        ...Array.from({ length: 38 }, (_, at): [number, number, Given] => [4 + at, 8 + at, read(2, 'CONFIRMED', one)]),
      ).map((each) => ({ ...each, id: `${assignment}` })),
    ).flat();
    expect(await findAnomalies(long)).toEqual([]);
  }, 10_000);
});

test('openLinearizability says in one line that it needs Go', async () => {
  const said: string[] = [];
  const { PATH, PUNCTUAL_CACHE } = process.env;
  const cache = await mkdtemp(join(tmpdir(), 'cache-'));
  Object.assign(process.env, { PATH: '', PUNCTUAL_CACHE: cache });
  try {
    expect(await openLinearizability('unused', (line) => said.push(line))).toBeUndefined();
  } finally {
    process.env.PATH = PATH;
    if (PUNCTUAL_CACHE === undefined) delete process.env.PUNCTUAL_CACHE;
    else process.env.PUNCTUAL_CACHE = PUNCTUAL_CACHE;
    await rm(cache, { recursive: true, force: true });
  }
  expect(said.at(-1)).toBe('I9 is not checked: building linearizability needs Go on the PATH');
});
