import { expect, test } from 'vitest';
import type { Loss } from '../stack/loss.ts';
import type { ClientOperation } from './client-operation.ts';
import { withoutLost } from './without-lost.ts';

const loss: Loss = { of: ['assignment'], from: 10, until: 20 };
const seen = {
  ...{ id: 'a', version: 1, status: 'PROPOSED', providerId: 'p', start: null, end: null },
  ...{ payoutVersion: null, reminderSequence: null },
};

function operation(call: number, end: number | undefined, outcome: ClientOperation['outcome']): ClientOperation {
  const command = outcome === 'read' ? 'read' : 'propose';
  return { aggregate: 'assignment', id: 'a', client: 'c', command, call, return: end, outcome, seen };
}

test.each<[what: string, operation: ClientOperation]>([
  ['a read before the loss', operation(8, 9, 'read')],
  ['a command before the loss', operation(8, 9, 'accepted')],
  ['a read after the repair', operation(20, 21, 'read')],
  ['a command after the repair', operation(20, 21, 'accepted')],
  ['a refusal after the repair', operation(20, 21, 'refused')],
  ['a command without an answer', operation(12, undefined, 'unknown')],
  ['a read of a payout that is not lost', { ...operation(12, 13, 'read'), aggregate: 'payout' }],
])('withoutLost keeps %s', (_what, kept) => {
  expect(withoutLost([kept], loss, new Map())).toEqual([kept]);
});

test.each(['read', 'refused'] as const)('withoutLost leaves out a %s answer in between', (outcome) => {
  expect(withoutLost([operation(12, 13, outcome), operation(9, 11, outcome)], loss, new Map())).toEqual([]);
});

test('withoutLost takes a command that was accepted in between for one that may have had no effect', () => {
  const { seen: _seen, ...asked } = operation(12, 13, 'accepted');
  const unknown = { ...asked, outcome: 'unknown' };
  expect(withoutLost([operation(12, 13, 'accepted')], loss, new Map())).toEqual([{ ...unknown, return: 20 }]);
  expect(withoutLost([operation(12, 25, 'accepted')], loss, new Map())).toEqual([{ ...unknown, return: 25 }]);
});

test('withoutLost adds the version to which an assignment was lifted', () => {
  const lift = {
    ...{ aggregate: 'assignment', id: 'a', client: 'repair', command: 'lift', outcome: 'accepted' },
    ...{ call: 10, return: 20, ifVersion: 7 },
  };
  const read = operation(8, 9, 'read');
  expect(
    withoutLost(
      [read],
      loss,
      new Map([
        ['a', 7],
        ['another', 3],
      ]),
    ),
  ).toEqual([read, lift]);
});
