import { randomUUID } from 'node:crypto';
import type { JsMsg } from '@nats-io/jetstream';
import { allEvents } from '@punctual/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { identify } from './change.ts';
import { createMessageWindow } from './message-window.ts';

const ids = [randomUUID(), randomUUID(), randomUUID()];

const message = (seq: number, data: string) =>
  identify('SCHEDULE', 1, { seq, data: new Uint8Array(Buffer.from(data)) } as JsMsg);

test('a window finds what a scan of its latest messages would', () => {
  const about = fc.subarray(ids);
  const steps = fc.array(fc.tuple(fc.integer({ min: 1, max: 3 }), about), { maxLength: 40 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 10 }), (added, capacity) => {
      const window = createMessageWindow(capacity, 5);
      let seq = 5;
      const all = added.map(([step, of]) => {
        seq += step;
        const one = { ...message(seq, ''), ids: of };
        window.add(one);
        return one;
      });
      const kept = all.slice(-capacity);
      const floor = all.at(-capacity - 1)?.message.seq ?? 5;
      for (let after = 0; after <= seq; after += 1) {
        expect(window.reachesBackTo(after)).toBe(after >= floor);
        for (const id of [undefined, ...ids]) {
          const wanted = kept.filter((one) => one.message.seq > after && (id === undefined || one.ids.includes(id)));
          expect(window.find(id, after, 4)).toEqual(wanted.slice(0, 4));
        }
      }
    }),
  );
});

test('a window that restarts is empty', () => {
  const window = createMessageWindow(10, 0);
  window.add({ ...message(1, ''), ids });
  window.restart(7);
  expect(window.find(undefined, 0, 10)).toEqual([]);
  expect(window.find(ids[0], 0, 10)).toEqual([]);
  expect([window.reachesBackTo(6), window.reachesBackTo(7)]).toEqual([false, true]);
});

test.each(Object.values(allEvents).filter(({ type }) => type !== 'person.erased'))(
  'a message of $type is found by its assignment, customer and provider',
  ({ example }) => {
    const { assignmentId, customerId, providerId } = example.data as Record<string, string>;
    const found = message(1, JSON.stringify(example)).ids;
    expect(found).toEqual(expect.arrayContaining([assignmentId, customerId, providerId]));
    expect(message(1, JSON.stringify(example, undefined, 2)).ids.toSorted()).toEqual(found.toSorted());
  },
);

test('a message without ids, or with text that looks like them, is found by none', () => {
  expect(message(1, '{"type":').ids).toEqual([]);
  const text = JSON.stringify({ notes: `"providerId":"${ids[0]}"` });
  expect(message(1, JSON.stringify({ notes: text })).ids).toEqual([]);
});
