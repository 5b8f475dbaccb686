import { expect, test } from 'vitest';
import { heaviest } from './heaviest.ts';

const frame = (functionName: string, url = '', lineNumber = 0) => ({ functionName, url, lineNumber });

test('self times add up by function and by package, without idle time', () => {
  const { busyMs, functions, packages } = heaviest({
    nodes: [
      { id: 1, callFrame: frame('(idle)') },
      { id: 2, callFrame: frame('(garbage collector)') },
      { id: 3, callFrame: frame('writev') },
      { id: 4, callFrame: frame('parse', 'file:///a/node_modules/pg-protocol/dist/parser.js', 41) },
      // The same function, called from elsewhere.
      { id: 5, callFrame: frame('parse', 'file:///a/node_modules/pg-protocol/dist/parser.js', 41) },
      { id: 6, callFrame: frame('', 'file:///a/services/payouts/src/domain/payout.ts', 9) },
      { id: 7, callFrame: frame('onread', 'node:internal/stream_base_commons') },
    ],
    samples: [1, 4, 5, 3, 6, 2, 7],
    timeDeltas: [90_000, 3_000, 4_000, 6_000, 1_000, 2_000, 500],
  });
  expect(busyMs).toBe(16.5);
  expect(functions).toEqual([
    { name: 'parse (pg-protocol parser.js:42)', ms: 7 },
    { name: 'writev', ms: 6 },
    { name: '(garbage collector)', ms: 2 },
    { name: '(anonymous) (services/payouts payout.ts:10)', ms: 1 },
    { name: 'onread (node:internal/stream_base_commons stream_base_commons:1)', ms: 0.5 },
  ]);
  expect(packages).toEqual([
    { name: 'pg-protocol', ms: 7 },
    { name: 'native', ms: 6 },
    { name: '(garbage collector)', ms: 2 },
    { name: 'services/payouts', ms: 1 },
    { name: 'node:internal/stream_base_commons', ms: 0.5 },
  ]);
});
