import { expect, test } from 'vitest';
import { createInFlight } from './in-flight.ts';
import type { OutboxRow } from './rows.ts';

function row(aggregate: string, version: number): OutboxRow {
  return {
    id: `${aggregate}${version}`,
    aggregate_id: aggregate,
    type: 'schedule.proposed',
    payload: '{}',
    traceparent: null,
  };
}

/** A stream that answers on request. */
function startInFlight() {
  const asked = new Map<string, PromiseWithResolvers<number>>();
  const told = { refused: [] as string[], mayPublish: true, asked: () => [...asked.keys()] };
  const inFlight = createInFlight({
    publish: ({ id }) => {
      const answer = Promise.withResolvers<number>();
      asked.set(id, answer);
      return answer.promise;
    },
    mayPublish: () => told.mayPublish,
    onAccepted: () => undefined,
    onRefused: (aggregateId) => told.refused.push(aggregateId),
    onProgress: () => undefined,
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    ...inFlight,
    told,
    accept: (id: string, sequence: number) => {
      asked.get(id)?.resolve(sequence);
      return turn();
    },
    refuse: (id: string) => {
      asked.get(id)?.reject(new Error('maximum messages exceeded'));
      return turn();
    },
  };
}

test('a row waits only for the previous row of its aggregate', async () => {
  const { start, told, accept } = startInFlight();
  start([row('a', 1), row('b', 1), row('a', 2)]);
  expect(told.asked()).toEqual(['a1', 'b1']);
  await accept('b1', 1);
  expect(told.asked()).toEqual(['a1', 'b1']);
  await accept('a1', 2);
  expect(told.asked()).toEqual(['a1', 'b1', 'a2']);
});

test('a refused row stops only its own aggregate', async () => {
  const { start, told, accept, refuse, takeAcknowledged, aggregates } = startInFlight();
  start([row('a', 1), row('a', 2), row('b', 1), row('b', 2)]);
  await refuse('a1');
  await accept('b1', 7);
  expect(told.asked()).toEqual(['a1', 'b1', 'b2']);
  expect(told.refused).toEqual(['a']);
  expect(takeAcknowledged()).toEqual([{ id: 'b1', sequence: 7 }]);
  expect(aggregates()).toEqual(['b']);
});

test('a late acknowledgement is collected on the next pass', async () => {
  const { start, accept, takeAcknowledged, aggregates } = startInFlight();
  start([row('a', 1), row('b', 1)]);
  await accept('a1', 1);
  expect(takeAcknowledged()).toEqual([{ id: 'a1', sequence: 1 }]);
  await accept('b1', 2);
  expect(takeAcknowledged()).toEqual([{ id: 'b1', sequence: 2 }]);
  expect(aggregates()).toEqual([]);
});

test('stops publishing already-read rows after losing leadership', async () => {
  const { start, told, accept, takeAcknowledged, room } = startInFlight();
  const empty = room();
  start([row('a', 1), row('a', 2)]);
  told.mayPublish = false;
  await accept('a1', 1);
  expect(told.asked()).toEqual(['a1']);
  expect(told.refused).toEqual([]);
  expect(takeAcknowledged()).toEqual([{ id: 'a1', sequence: 1 }]);
  expect(room()).toBe(empty);
});
