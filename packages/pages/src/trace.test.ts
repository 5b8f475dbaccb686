import { expect, test } from 'vitest';
import { inTreeOrder, summarize, type TraceSpan } from './trace.ts';

const span = (id: string, parentId: string | undefined, startUs: number): TraceSpan => ({
  id,
  parentId,
  service: `service of ${id}`,
  name: id,
  kind: 'internal',
  startUs,
  durationUs: 10,
  failed: id === 'b',
  attributes: [],
  events: [],
  links: [],
});

test('spans follow their parents, in the order of their starts', () => {
  const spans = [span('c', 'a', 30), span('b', 'a', 20), span('d', 'b', 25), span('a', 'of the client', 10)];
  expect(inTreeOrder(spans).map(({ span, depth }) => `${depth}${span.id}`)).toEqual(['0a', '1b', '2d', '1c']);
});

test('spans whose parents form a circle are not lost', () => {
  const spans = [span('a', undefined, 0), span('b', 'c', 1), span('c', 'b', 2)];
  expect(
    inTreeOrder(spans)
      .map(({ span }) => span.id)
      .toSorted(),
  ).toEqual(['a', 'b', 'c']);
});

test('a summary counts services and failed spans, and lasts until the last end', () => {
  expect(summarize({ id: 't', spans: [span('a', undefined, 0), span('b', 'a', 50)] })).toMatchObject({
    root: { id: 'a' },
    services: ['service of a', 'service of b'],
    spans: 2,
    failedSpans: 1,
    durationUs: 60,
  });
  expect(summarize({ id: 't', spans: [] })).toBeUndefined();
});
